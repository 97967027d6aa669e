#include "base/file_lock.h"

#include <fcntl.h>
#include <sys/file.h>

#include <cerrno>
#include <chrono>
#include <thread>

#include "base/interrupt.h"

namespace digits {

bool try_lock(const Descriptor& file, const std::filesystem::path& path) {
  while (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) return false;
    if (errno != EINTR) throw write_error(path, errno);
  }
  return true;
}

FileLock::FileLock(const std::filesystem::path& path)
    : file_(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644)) {
  if (file_.get() < 0) throw write_error(path, errno);
  // Polls, because a signal does not end flock's wait.
  while (!try_lock(file_, path)) {
    throw_if_interrupted("waiting for another process");
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

}  // namespace digits
