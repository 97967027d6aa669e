#include "base/descriptor.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace digits {

namespace fs = std::filesystem;

Descriptor::~Descriptor() {
  if (fd_ >= 0) ::close(fd_);
}

Error write_error(const fs::path& path, int error_number) {
  const auto message = fmt::format("{}: {}", path.string(), std::strerror(error_number));
  if (error_number == ENOSPC || error_number == EDQUOT || error_number == EFBIG) {
    return {"disk.full", message, "free some space; no incomplete file was left"};
  }
  if (error_number == EIO) return {"disk.failed", message, "check the disk"};
  return {"output.unwritable", message, "choose a place that you can write to"};
}

void write_all(int fd, std::string_view bytes, const fs::path& path) {
  while (!bytes.empty()) {
    const auto written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) throw write_error(path, errno);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

void sync_directory(const fs::path& folder) {
  const Descriptor fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  ::fsync(fd.get());
}

fs::path parent_of(const fs::path& path) {
  return path.has_parent_path() ? path.parent_path() : fs::path(".");
}

}  // namespace digits
