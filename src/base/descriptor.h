// Closes file descriptors by itself, and turns failed system calls into Errors.
#pragma once

#include <filesystem>
#include <string_view>
#include <utility>

#include "base/error.h"

namespace digits {

// An open file; -1 when it could not be opened.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor();
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

// The error for a write to `path` that failed with `error_number`: a full disk (disk.full), one
// that is broken (disk.failed) and a wrong place (output.unwritable) need different remedies.
Error write_error(const std::filesystem::path& path, int error_number);

// Writes all of the bytes. Throws the above; a part may then have been written.
void write_all(int fd, std::string_view bytes, const std::filesystem::path& path);

// A rename survives a power cut only once its folder is on disk too.
void sync_directory(const std::filesystem::path& folder);

// The folder that `path` lies in: "." for a bare name.
std::filesystem::path parent_of(const std::filesystem::path& path);

}  // namespace digits
