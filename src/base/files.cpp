#include "base/files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <random>
#include <system_error>
#include <vector>

#include "base/descriptor.h"
#include "base/error.h"

namespace digits {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view kStaged = ".tmp-";  // in the names of temporaries ...
constexpr std::size_t kStagedDigits = 16;      // ... and behind it, hexadecimal

// A name beside `path` that no other process chooses, even in another container on the same disk.
fs::path staging_name(const fs::path& path) {
  std::random_device random;
  return parent_of(path) /
         fmt::format(".{}{}{:08x}{:08x}", path.filename().string(), kStaged, random(), random());
}

// Whether staging_name() made this name.
bool is_leftover(const fs::directory_entry& entry) {
  const auto name = entry.path().filename().string();
  const auto length = kStaged.size() + kStagedDigits;
  return name.size() > length + 1 && name.front() == '.' &&
         name.compare(name.size() - length, kStaged.size(), kStaged) == 0 &&
         name.find_first_not_of("0123456789abcdef", name.size() - kStagedDigits) ==
             std::string::npos;
}

// The entries of a folder that can be read.
std::vector<fs::directory_entry> entries_of(const fs::path& folder, std::error_code& error) {
  std::vector<fs::directory_entry> entries;
  for (fs::directory_iterator item(folder, error), end; !error && item != end;
       item.increment(error)) {
    entries.push_back(*item);
  }
  return entries;
}

// The file that a write to `path` replaces: links are followed; devices and folders are rejected.
fs::path write_target(const fs::path& path) {
  std::error_code error;
  const auto status = fs::status(path, error);
  if (!fs::exists(status)) return path;
  if (!fs::is_regular_file(status)) {
    throw Error("output.unwritable",
                fmt::format("{}: is no regular file, expected one or none", path.string()),
                "choose another name");
  }
  return fs::canonical(path, error);
}

// A new file at `staging`, which will be `path`.
Descriptor create_staged(const fs::path& staging, const fs::path& path) {
  Descriptor file(::open(staging.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644));
  if (file.get() < 0) throw write_error(path, errno);
  return file;
}

void sync_file(const Descriptor& file, const fs::path& path) {
  if (::fsync(file.get()) != 0) throw write_error(path, errno);
}

// Throws output.exists when the name is taken, also by a dangling link.
void require_free_name(const fs::path& path) {
  std::error_code ignored;
  if (!fs::exists(fs::symlink_status(path, ignored))) return;
  throw Error("output.exists",
              fmt::format("{}: exists already, expected a new file", path.string()),
              "choose another name: files are never overwritten");
}

// Renames a file, and never replaces one.
void rename_to_new(const fs::path& from, const fs::path& to) {
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return;
  const int error = errno;
  require_free_name(to);
  // NFS cannot rename without replacing: a file made between the check and the rename is replaced.
  const bool unsupported = error == EINVAL || error == ENOSYS;
  if (!unsupported) throw write_error(to, error);
  if (::rename(from.c_str(), to.c_str()) != 0) throw write_error(to, errno);
}

}  // namespace

PathKind kind_of(const fs::path& path) {
  std::error_code error;
  const auto status = fs::status(path, error);
  if (status.type() == fs::file_type::not_found) return PathKind::kMissing;
  if (status.type() == fs::file_type::none || error) {
    throw Error("input.unreadable", fmt::format("{}: {}", path.string(), error.message()),
                "check the permissions along the path");
  }
  return fs::is_directory(status) ? PathKind::kFolder : PathKind::kFile;
}

void require_file(const fs::path& path) {
  const auto kind = kind_of(path);
  if (kind == PathKind::kMissing) {
    throw Error("input.missing", fmt::format("{}: no such file", path.string()),
                "check the path for a typo");
  }
  if (kind == PathKind::kFolder) {
    throw Error("input.not_a_file", fmt::format("{}: is a folder, expected a file", path.string()),
                "name a file inside it");
  }
}

std::string read_file(const fs::path& path) {
  constexpr std::size_t kLimit = std::size_t{1} << 31;
  require_file(path);
  const Descriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  std::string bytes;
  std::vector<char> buffer(1 << 16);
  ssize_t count = fd.get() < 0 ? -1 : 1;
  while (count > 0 || (count < 0 && fd.get() >= 0 && errno == EINTR)) {
    count = ::read(fd.get(), buffer.data(), buffer.size());
    if (count > 0) bytes.append(buffer.data(), static_cast<std::size_t>(count));
    if (bytes.size() > kLimit) {
      throw Error("input.too_large",
                  fmt::format("{}: over {} bytes, expected at most that", path.string(), kLimit),
                  "sets are kept in memory: split it");
    }
  }
  if (count < 0) {
    throw Error("input.unreadable", fmt::format("{}: {}", path.string(), std::strerror(errno)),
                "check the file's permissions");
  }
  return bytes;
}

void write_file(const fs::path& path, std::string_view bytes, Durability durability) {
  const auto target = write_target(path);
  const auto temporary = staging_name(target);
  try {
    const auto file = create_staged(temporary, path);
    write_all(file.get(), bytes, path);
    if (durability == Durability::kSynced) sync_file(file, path);
    if (::rename(temporary.c_str(), target.c_str()) != 0) throw write_error(path, errno);
  } catch (const Error&) {
    ::unlink(temporary.c_str());
    throw;
  }
  if (durability == Durability::kSynced) sync_directory(parent_of(target));
}

StagedFile::StagedFile(fs::path final_path)
    : final_(std::move(final_path)), staging_(staging_name(final_)), file_(-1) {
  require_free_name(final_);
  file_ = create_staged(staging_, final_);
}

StagedFile::~StagedFile() {
  if (!staging_.empty()) ::unlink(staging_.c_str());
}

void StagedFile::append(std::string_view bytes) { write_all(file_.get(), bytes, final_); }

void StagedFile::commit() {
  sync_file(file_, final_);
  rename_to_new(staging_, final_);
  staging_.clear();
  sync_directory(parent_of(final_));
}

std::vector<std::string> list_names(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator item(folder, error), end; !error && item != end;
       item.increment(error)) {
    auto name = item->path().filename().string();
    if (name.front() != '.') names.push_back(std::move(name));
  }
  if (error) {
    throw Error("input.unreadable",
                fmt::format("{}: {}, expected a folder to list", folder.string(), error.message()),
                "check its permissions");
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::vector<fs::path> list_folder(const fs::path& folder) {
  std::vector<fs::path> paths;
  for (const auto& name : list_names(folder)) paths.push_back(folder / name);
  return paths;
}

void make_directories(const fs::path& path) {
  std::error_code error;
  fs::create_directories(path, error);
  if (error) throw write_error(path, error.value());
}

void require_new(const fs::path& path) {
  std::error_code error;
  if (!fs::exists(path, error)) return;
  const auto entries = entries_of(path, error);
  if (!error && std::all_of(entries.begin(), entries.end(), is_leftover)) return;
  throw Error("output.exists",
              fmt::format("{}: exists already, expected a new folder", path.string()),
              "choose another --out: files are never overwritten");
}

void remove_folder(const fs::path& path) {
  const auto hidden = staging_name(path);
  if (::rename(path.c_str(), hidden.c_str()) != 0) throw write_error(path, errno);
  std::error_code error;
  fs::remove_all(hidden, error);
  if (error) throw write_error(path, error.value());
}

void remove_leftovers(const fs::path& folder) {
  std::error_code ignored;  // temporary files: nobody reads them
  for (const auto& entry : entries_of(folder, ignored)) {
    if (is_leftover(entry)) fs::remove_all(entry.path(), ignored);
  }
}

StagedDirectory::StagedDirectory(fs::path final_path)
    : final_(final_path.has_filename() ? std::move(final_path) : final_path.parent_path()),
      staging_(staging_name(final_)) {
  require_new(final_);
  make_directories(parent_of(final_));
  make_directories(staging_);
}

StagedDirectory::~StagedDirectory() {
  std::error_code ignored;
  if (!staging_.empty()) fs::remove_all(staging_, ignored);
}

void StagedDirectory::commit() {
  {
    const Descriptor fd(::open(staging_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (fd.get() < 0 || ::syncfs(fd.get()) != 0) throw write_error(final_, errno);
  }
  require_new(final_);
  if (::rename(staging_.c_str(), final_.c_str()) != 0) throw write_error(final_, errno);
  staging_.clear();
  sync_directory(parent_of(final_));
}

}  // namespace digits
