// One process at a time: an advisory lock that the system releases with its process, however that
// ends.
#pragma once

#include <filesystem>

#include "base/descriptor.h"

namespace digits {

// Locks an open file until it is closed, unless somebody else holds it: whether it did. Throws as
// write_error, with `path` as the file's name.
bool try_lock(const Descriptor& file, const std::filesystem::path& path);

// Holds the lock on `path` for as long as it lives. The file is made if missing, is empty, and
// stays: another process may be waiting for it.
class FileLock {
 public:
  // Waits for as long as somebody else holds it, another FileLock of this process too. Throws as
  // write_error, and `interrupted` when asked to stop in the meantime.
  explicit FileLock(const std::filesystem::path& path);

 private:
  Descriptor file_;
};

}  // namespace digits
