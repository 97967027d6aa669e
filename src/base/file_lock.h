// One process at a time: an advisory lock that the system releases with its process, however that
// ends.
#pragma once

#include <filesystem>

namespace digits {

// Holds the lock on `path` for as long as it lives. The file is made if missing, is empty, and
// stays: who removed it could not know who is waiting for it.
class FileLock {
 public:
  // Waits for as long as somebody else holds it, another FileLock of this process too. Throws
  // output.unwritable, and `interrupted` when asked to stop in the meantime.
  explicit FileLock(const std::filesystem::path& path);
  ~FileLock();
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;

 private:
  int fd_;
};

}  // namespace digits
