// Reads whole files, and writes files whole or not at all.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/descriptor.h"

namespace digits {

enum class PathKind { kMissing, kFolder, kFile };  // kFile: anything that is no folder

// The kind of entry at `path`; links are followed. Throws input.unreadable when the system cannot
// tell (no permission, a loop of links).
PathKind kind_of(const std::filesystem::path& path);

// Throws input.missing and input.not_a_file, and as kind_of, unless a file lies at `path`.
void require_file(const std::filesystem::path& path);

// The bytes of a file or pipe. Throws input.missing, input.not_a_file, input.unreadable, and
// input.too_large above 2 GiB.
std::string read_file(const std::filesystem::path& path);

enum class Durability {
  kSynced,    // on the disk at return
  kUnsynced,  // whole for every reader, but a power cut may lose it
};

// Writes to a temporary file beside `path` and renames it: readers see the old file or the new one,
// never a part. On failure the old file, if any, is unchanged and no temporary file is left. Throws
// output.unwritable (no such folder, no permission, a device) or disk.full / disk.failed.
void write_file(const std::filesystem::path& path, std::string_view bytes,
                Durability durability = Durability::kSynced);

// A file that appears whole or not at all, for content that is written in pieces: append() writes
// to a temporary file beside the path, commit() renames it. Without a commit, the destructor
// removes the temporary file.
class StagedFile {
 public:
  // Throws output.exists when the name is taken, also by a dangling link; and as write_file.
  explicit StagedFile(std::filesystem::path final_path);
  ~StagedFile();
  StagedFile(const StagedFile&) = delete;
  StagedFile& operator=(const StagedFile&) = delete;

  void append(std::string_view bytes);  // throws as write_file

  // At return the file is on the disk. Throws output.exists if another process has taken the name
  // in the meantime.
  void commit();

 private:
  std::filesystem::path final_;
  std::filesystem::path staging_;
  Descriptor file_;
};

// The names, sorted, of a folder's entries that are not hidden; and their paths. Throw
// input.unreadable.
std::vector<std::string> list_names(const std::filesystem::path& folder);
std::vector<std::filesystem::path> list_folder(const std::filesystem::path& folder);

// Creates `path` and its parents. Throws output.unwritable.
void make_directories(const std::filesystem::path& path);

// Throws output.exists unless `path` is missing or an empty folder; leftovers, see below, do not
// count.
void require_new(const std::filesystem::path& path);

// Removes a folder that others may be reading: first its name, at once, then its files. When the
// process is killed in between, remove_leftovers() removes the rest. Throws output.unwritable.
void remove_folder(const std::filesystem::path& path);

// Removes the temporary files that killed writers have left in `folder`.
void remove_leftovers(const std::filesystem::path& folder);

// A folder that appears whole or not at all: fill `path()`, then commit() renames it to its final
// name. Without a commit, the destructor removes it.
class StagedDirectory {
 public:
  // Throws output.exists (see require_new) and output.unwritable.
  explicit StagedDirectory(std::filesystem::path final_path);
  ~StagedDirectory();
  StagedDirectory(const StagedDirectory&) = delete;
  StagedDirectory& operator=(const StagedDirectory&) = delete;

  const std::filesystem::path& path() const noexcept { return staging_; }

  // Syncs all files in it, unsynced ones too. Throws output.exists if another process was first.
  void commit();

 private:
  std::filesystem::path final_;
  std::filesystem::path staging_;
};

}  // namespace digits
