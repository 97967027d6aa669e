#include "base/files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>

#include "base/error.h"

namespace digits {

namespace fs = std::filesystem;

namespace {

// A file descriptor that closes itself.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

// The error for a write that failed with `error_number`: a full disk and a wrong place need
// different remedies.
Error write_error(const fs::path& path, int error_number) {
  const auto message = fmt::format("{}: {}", path.string(), std::strerror(error_number));
  if (error_number == ENOSPC || error_number == EDQUOT || error_number == EFBIG) {
    return {"disk.full", message, "free some space; nothing was left half-written"};
  }
  if (error_number == EIO) return {"disk.failed", message, "check the disk"};
  return {"output.unwritable", message, "choose a place that you can write to with --out"};
}

void write_all(int fd, std::string_view bytes, const fs::path& path) {
  while (!bytes.empty()) {
    const auto written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) throw write_error(path, errno);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

// A rename survives a power cut only once its folder is on disk too.
void sync_directory(const fs::path& path) {
  const Descriptor fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (fd.get() >= 0) ::fsync(fd.get());
}

fs::path parent_of(const fs::path& path) {
  return path.has_parent_path() ? path.parent_path() : fs::path(".");
}

// A sibling's name that no other process picks.
fs::path staging_name(const fs::path& path) {
  return parent_of(path) / fmt::format(".{}.tmp-{}", path.filename().string(), ::getpid());
}

}  // namespace

std::string read_file(const fs::path& path) {
  std::error_code ignored;
  const auto status = fs::status(path, ignored);
  if (!fs::exists(status)) {
    throw Error("input.missing", fmt::format("{}: no such file", path.string()),
                "check the path for a typo");
  }
  if (fs::is_directory(status)) {
    throw Error("input.not_a_file", fmt::format("{}: is a folder, expected a file", path.string()),
                "name a file inside it");
  }
  const Descriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  std::string bytes;
  char buffer[1 << 16];
  ssize_t count = fd.get() < 0 ? -1 : 1;
  while (count > 0 || (count < 0 && fd.get() >= 0 && errno == EINTR)) {
    count = ::read(fd.get(), buffer, sizeof(buffer));
    if (count > 0) bytes.append(buffer, static_cast<std::size_t>(count));
  }
  if (count < 0) {
    throw Error("input.unreadable", fmt::format("{}: {}", path.string(), std::strerror(errno)),
                "check the file's permissions");
  }
  return bytes;
}

void write_file(const fs::path& path, std::string_view bytes) {
  const auto temporary = staging_name(path);
  try {
    const Descriptor fd(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
    if (fd.get() < 0) throw write_error(path, errno);
    write_all(fd.get(), bytes, path);
    if (::fsync(fd.get()) != 0) throw write_error(path, errno);
    if (::rename(temporary.c_str(), path.c_str()) != 0) throw write_error(path, errno);
  } catch (const Error&) {
    ::unlink(temporary.c_str());
    throw;
  }
  sync_directory(parent_of(path));
}

void make_directories(const fs::path& path) {
  std::error_code error;
  fs::create_directories(path, error);
  if (error) throw write_error(path, error.value());
}

StagedDirectory::StagedDirectory(fs::path final_path)
    : final_(final_path.has_filename() ? std::move(final_path) : final_path.parent_path()),
      staging_(staging_name(final_)) {
  std::error_code ignored;
  if (fs::exists(final_, ignored) && !fs::is_empty(final_, ignored)) {
    throw Error("output.exists", fmt::format("{}: exists already", final_.string()),
                "choose another --out, or remove it first");
  }
  make_directories(parent_of(final_));
  fs::remove_all(staging_, ignored);
  make_directories(staging_);
}

StagedDirectory::~StagedDirectory() {
  std::error_code ignored;
  if (!staging_.empty()) fs::remove_all(staging_, ignored);
}

void StagedDirectory::commit() {
  sync_directory(staging_);
  if (::rename(staging_.c_str(), final_.c_str()) != 0) throw write_error(final_, errno);
  staging_.clear();
  sync_directory(parent_of(final_));
}

}  // namespace digits
