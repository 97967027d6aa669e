// Reading files whole, and writing them whole or not at all.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/descriptor.h"

namespace digits {

enum class PathKind { kMissing, kFolder, kFile };  // kFile: anything that is no folder

// What lies at `path`, following links. Throws input.unreadable when the system will not say (no
// permission, a loop of links).
PathKind kind_of(const std::filesystem::path& path);

// Throws input.missing and input.not_a_file, and as kind_of, unless a file lies at `path`.
void require_file(const std::filesystem::path& path);

// The bytes of a file or pipe. Throws input.missing, input.not_a_file, input.unreadable, and
// input.too_large above 2 GiB.
std::string read_file(const std::filesystem::path& path);

enum class Durability {
  kSynced,    // on the disk when the call returns
  kUnsynced,  // whole for every reader, but a power cut may lose it
};

// Writes to a temporary beside `path` and renames it: readers see the old file or the new one,
// never a part. On failure the old file, if any, is untouched and no temporary is left. Throws
// output.unwritable (no such folder, no permission, a device) or disk.full / disk.failed.
void write_file(const std::filesystem::path& path, std::string_view bytes,
                Durability durability = Durability::kSynced);

// A file that appears whole or not at all, for content that is written piece by piece: append() to
// a temporary beside the path, then commit() renames it. Destroyed without a commit, it removes the
// temporary.
class StagedFile {
 public:
  // Throws output.exists when the name is taken, also by a link to nothing; and as write_file.
  explicit StagedFile(std::filesystem::path final_path);
  ~StagedFile();
  StagedFile(const StagedFile&) = delete;
  StagedFile& operator=(const StagedFile&) = delete;

  void append(std::string_view bytes);  // throws as write_file

  // The file is on the disk when the call returns. Throws output.exists if another process has
  // taken the name meanwhile.
  void commit();

 private:
  std::filesystem::path final_;
  std::filesystem::path staging_;
  Descriptor file_;
};

// A log that grows while others read it: the one kind of file that does not appear whole. Bytes
// arrive in order; a power cut may lose the last ones.
class GrowingFile {
 public:
  // A new file. Throws output.unwritable, also when there is one of this name.
  explicit GrowingFile(std::filesystem::path path);
  ~GrowingFile();
  GrowingFile(const GrowingFile&) = delete;
  GrowingFile& operator=(const GrowingFile&) = delete;

  // All of the bytes, or, when it throws as write_file, none.
  void append(std::string_view bytes);

 private:
  std::filesystem::path path_;
  int fd_;
  std::int64_t size_ = 0;
};

// The names of what is in a folder and not hidden, sorted; and their paths. Throw input.unreadable.
std::vector<std::string> list_names(const std::filesystem::path& folder);
std::vector<std::filesystem::path> list_folder(const std::filesystem::path& folder);

// Creates `path` and its parents. Throws output.unwritable.
void make_directories(const std::filesystem::path& path);

// Throws output.exists when `path` is anything but missing or an empty folder; leftovers, see
// below, do not count.
void require_new(const std::filesystem::path& path);

// Removes a folder that others may be reading: it goes from its name at once and whole, then from
// the disk. remove_leftovers() removes the rest that a killed process leaves. Throws
// output.unwritable.
void remove_folder(const std::filesystem::path& path);

// Removes what writers that were killed have left in `folder`: temporaries that no name points to.
void remove_leftovers(const std::filesystem::path& folder);

// A folder that appears whole or not at all: fill `path()`, then commit() renames it to its final
// name. Destroyed without a commit, it removes what was written.
class StagedDirectory {
 public:
  // Throws output.exists (see require_new) and output.unwritable.
  explicit StagedDirectory(std::filesystem::path final_path);
  ~StagedDirectory();
  StagedDirectory(const StagedDirectory&) = delete;
  StagedDirectory& operator=(const StagedDirectory&) = delete;

  const std::filesystem::path& path() const noexcept { return staging_; }

  // Syncs what was written, unsynced files too. Throws output.exists if another process was first.
  void commit();

 private:
  std::filesystem::path final_;
  std::filesystem::path staging_;
};

}  // namespace digits
