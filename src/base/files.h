// Reading files whole, and writing them whole or not at all.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace digits {

// The bytes of a file. Throws input.missing, input.not_a_file or input.unreadable.
std::string read_file(const std::filesystem::path& path);

// Writes to a temporary beside `path`, syncs it, renames it: readers see the old file or the new
// one, never a part. On failure the old file, if any, is untouched and no temporary is left.
// Throws output.unwritable (no such folder, no permission) or disk.full / disk.failed.
void write_file(const std::filesystem::path& path, std::string_view bytes);

// Creates `path` and its parents. Throws output.unwritable.
void make_directories(const std::filesystem::path& path);

// A folder that appears whole or not at all: fill `path()`, then commit() renames it to its final
// name. Destroyed without a commit, it removes what was written.
class StagedDirectory {
 public:
  // Throws output.exists if `final_path` exists and is not an empty folder; output.unwritable.
  explicit StagedDirectory(std::filesystem::path final_path);
  ~StagedDirectory();
  StagedDirectory(const StagedDirectory&) = delete;
  StagedDirectory& operator=(const StagedDirectory&) = delete;

  const std::filesystem::path& path() const noexcept { return staging_; }
  void commit();  // throws output.exists if another process was first, or disk.failed

 private:
  std::filesystem::path final_;
  std::filesystem::path staging_;
};

}  // namespace digits
