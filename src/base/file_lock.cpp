#include "base/file_lock.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <thread>

#include "base/error.h"
#include "base/interrupt.h"

namespace digits {

namespace {

Error lock_error(const std::filesystem::path& path, int error_number) {
  return {"output.unwritable", fmt::format("{}: {}", path.string(), std::strerror(error_number)),
          "choose a place that you can write to and that can be locked"};
}

}  // namespace

FileLock::FileLock(const std::filesystem::path& path)
    : fd_(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644)) {
  if (fd_ < 0) throw lock_error(path, errno);
  try {
    // Asked for again and again rather than waited for: a signal does not end flock's wait.
    while (::flock(fd_, LOCK_EX | LOCK_NB) != 0) {
      if (errno != EWOULDBLOCK && errno != EINTR) throw lock_error(path, errno);
      throw_if_interrupted("waiting for another process");
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
  } catch (const Error&) {
    ::close(fd_);
    throw;
  }
}

FileLock::~FileLock() { ::close(fd_); }

}  // namespace digits
