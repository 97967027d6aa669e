#include "base/resumable_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <fstream>
#include <vector>

#include "base/file_lock.h"
#include "base/files.h"
#include "base/sha256.h"

namespace digits {

namespace fs = std::filesystem;

namespace {

constexpr const char* kJournalSchema = "digits.journal/1";

Error exists_error(const fs::path& path) {
  return {"output.exists", fmt::format("{}: exists already, expected a new file", path.string()),
          "choose another name: nothing is ever overwritten"};
}

Error part_error(const char* code, const fs::path& part, const std::string& message) {
  return {code, fmt::format("{}: {}", part.string(), message),
          "give the command that began it, or remove it and its .journal to begin anew"};
}

fs::path beside(const fs::path& path, const char* suffix) { return path.string() + suffix; }

// Whether the name is taken, be it by a link that leads nowhere.
bool is_taken(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(fs::symlink_status(path, ignored));
}

std::size_t size_of(const Descriptor& file) {
  struct stat status {};
  return ::fstat(file.get(), &status) == 0 ? static_cast<std::size_t>(status.st_size) : 0;
}

// Whether `path` still names this file, which another process may have renamed meanwhile.
bool is_named(const Descriptor& file, const fs::path& path) {
  struct stat opened {};
  struct stat named {};
  return ::fstat(file.get(), &opened) == 0 && ::stat(path.c_str(), &named) == 0 &&
         opened.st_dev == named.st_dev && opened.st_ino == named.st_ino;
}

// Locks a part for this process alone.
bool lock(const Descriptor& file, const fs::path& part) {
  return try_lock(file, part) && is_named(file, part);
}

bool is_journal(const fs::path& path) {
  std::string line;
  std::ifstream stream(path);
  std::getline(stream, line);
  const auto header = Json::parse(line, nullptr, /*allow_exceptions=*/false);
  return header.is_object() && header.value("schema", Json()) == kJournalSchema;
}

// Beside a file that is whole: an empty part and a journal, which a writer left that was killed
// while the file appeared. A part with content, and one that is being written, keep their journal.
void remove_remains(const fs::path& path) {
  const auto part = beside(path, ".part");
  const auto journal = beside(path, ".journal");
  if (!is_taken(part) && !is_journal(journal)) return;
  const Descriptor file(::open(part.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644));
  if (file.get() < 0 || !lock(file, part) || size_of(file) > 0) return;
  if (is_journal(journal)) ::unlink(journal.c_str());
  ::unlink(part.c_str());
}

void require_absent(const fs::path& path) {
  if (!is_taken(path)) return;
  remove_remains(path);
  throw exists_error(path);
}

// The part of a file that does not exist yet, for this process alone. It is never a link, which
// could lead into somebody's file, and would be what gets the name at the end.
Descriptor open_part(const fs::path& path, const fs::path& part, int flags) {
  require_absent(path);
  Descriptor file(::open(part.c_str(), O_RDWR | O_APPEND | O_CLOEXEC | O_NOFOLLOW | flags, 0644));
  if (file.get() < 0 && errno == ENOENT && (flags & O_CREAT) == 0) {
    throw Error("output.missing",
                fmt::format("{}: no such file, expected one to go on with", part.string()),
                "leave --resume out to begin");
  }
  if (file.get() < 0) throw write_error(part, errno);
  if (!lock(file, part)) {
    throw Error("output.busy", fmt::format("{}: another process is writing it", part.string()),
                "wait for it, or choose another name");
  }
  // Its writer may have published it since the first look: then this part is a new one.
  if (!is_taken(path)) return file;
  file = Descriptor(-1);
  require_absent(path);
  throw exists_error(path);
}

// What a journal says of a piece.
std::string seal_of(std::string_view piece, const std::string& note) {
  return sha256(note + "\n" + std::string(piece));
}

void truncate(const Descriptor& file, std::size_t size, const fs::path& path) {
  if (::ftruncate(file.get(), static_cast<off_t>(size)) != 0) throw write_error(path, errno);
}

// Renames a file to a name that nobody has.
void rename_to_new(const fs::path& from, const fs::path& to) {
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return;
  const int error = errno;
  if (is_taken(to)) throw exists_error(to);
  if (error != EINVAL && error != ENOSYS) throw write_error(to, error);
  // A file system that cannot rename so (NFS): a moment lies between the question and the answer.
  if (::rename(from.c_str(), to.c_str()) != 0) throw write_error(to, errno);
}

}  // namespace

ResumableFile::ResumableFile(const fs::path& path, const Json& identity)
    : path_(path),
      part_path_(beside(path, ".part")),
      journal_path_(beside(path, ".journal")),
      part_(open_part(path_, part_path_, O_CREAT)),
      journal_(-1) {
  if (size_of(part_) > 0) {  // an empty one is what a writer leaves that was killed at once
    throw Error(
        "output.exists",
        fmt::format("{}: a part of the file exists already, expected none", part_path_.string()),
        "--resume goes on with it; or remove it and its .journal to begin anew");
  }
  begin_journal(with_schema(kJournalSchema, identity));
}

ResumableFile::ResumableFile(const fs::path& path, const Json& identity, const Replay& replay)
    : path_(path),
      part_path_(beside(path, ".part")),
      journal_path_(beside(path, ".journal")),
      part_(open_part(path_, part_path_, 0)),
      journal_(-1) {
  const auto header = with_schema(kJournalSchema, identity);
  if (size_of(part_) == 0) {
    begin_journal(header);
  } else {
    restore(header, replay);
  }
}

void ResumableFile::begin_journal(const Json& header) {
  write_file(journal_path_, to_text(header, -1) + "\n");
  journal_ = Descriptor(::open(journal_path_.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC));
  if (journal_.get() < 0) throw write_error(journal_path_, errno);
}

// The length of the journal's first line, which must be `header`.
std::size_t ResumableFile::check_header(const std::string& journal, const Json& header) const {
  const auto end = journal.find('\n');
  const auto seen = Json::parse(journal.substr(0, end), nullptr, /*allow_exceptions=*/false);
  if (end == std::string::npos || !seen.is_object()) {
    throw part_error("output.journal", part_path_, "its journal is missing or damaged");
  }
  std::vector<std::string> changed;
  for (const auto& [key, value] : header.items()) {
    if (seen.value(key, Json()) != value) changed.push_back(key);
  }
  if (changed.empty()) return end + 1;
  throw part_error("output.changed", part_path_,
                   fmt::format("was begun with another {}, expected the same",
                               fmt::join(changed, ", another ")));
}

// The note of the piece behind those known so far, if the journal's line fits it.
std::optional<Json> ResumableFile::read_piece(const std::string& line) {
  const auto entry = Json::parse(line, nullptr, /*allow_exceptions=*/false);
  if (!entry.is_object() || !entry.contains("note")) return std::nullopt;
  const auto bytes = entry.value("bytes", Json());
  const auto length = bytes.is_number_unsigned() ? bytes.get<std::size_t>() : SIZE_MAX;
  if (length > size_of(part_) - size_) return std::nullopt;
  std::string piece(length, '\0');
  const auto count = ::pread(part_.get(), piece.data(), piece.size(), static_cast<off_t>(size_));
  if (count != static_cast<ssize_t>(length)) return std::nullopt;
  const auto& note = entry.at("note");
  if (entry.value("sha256", Json()) != seal_of(piece, to_text(note, -1))) return std::nullopt;
  size_ += length;
  return note;
}

void ResumableFile::restore(const Json& header, const Replay& replay) {
  const bool missing = kind_of(journal_path_) == PathKind::kMissing;
  const auto journal = missing ? "" : read_file(journal_path_);
  auto begin = check_header(journal, header);
  for (auto end = journal.find('\n', begin); end != std::string::npos;
       end = journal.find('\n', begin)) {
    const auto note = read_piece(journal.substr(begin, end - begin));
    if (!note) break;
    replay(*note);
    begin = end + 1;
  }
  journal_ = Descriptor(::open(journal_path_.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC));
  if (journal_.get() < 0) throw write_error(journal_path_, errno);
  truncate(journal_, begin, journal_path_);
  truncate(part_, size_, part_path_);
}

void ResumableFile::append(std::string_view piece, const Json& note) {
  const auto text = to_text(note, -1);
  write_all(part_.get(), piece, part_path_);
  write_all(journal_.get(),
            fmt::format("{{\"bytes\":{},\"note\":{},\"sha256\":\"{}\"}}\n", piece.size(), text,
                        seal_of(piece, text)),
            journal_path_);
  size_ += piece.size();
}

void ResumableFile::publish() {
  if (::fsync(part_.get()) != 0) throw write_error(part_path_, errno);
  rename_to_new(part_path_, path_);
  // From here on the name of the part is free: the journal may be another writer's.
  if (is_named(journal_, journal_path_)) ::unlink(journal_path_.c_str());
  sync_directory(parent_of(path_));
}

}  // namespace digits
