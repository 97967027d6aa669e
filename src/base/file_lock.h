// Locks a file for one process; the system releases the lock when the process ends, even by a
// crash.
#pragma once

#include <filesystem>

#include "base/descriptor.h"

namespace digits {

// Locks an open file until it is closed. Returns false when another holder has the lock. Throws as
// write_error, with `path` as the file's name.
bool try_lock(const Descriptor& file, const std::filesystem::path& path);

// Holds the lock on `path` for as long as it lives. Creates the file, empty, if it is missing, and
// never removes it: another process may be waiting for it.
class FileLock {
 public:
  // Waits while another process, or another FileLock of this process, holds the lock. Throws as
  // write_error, and `interrupted` after a stop signal.
  explicit FileLock(const std::filesystem::path& path);

 private:
  Descriptor file_;
};

}  // namespace digits
