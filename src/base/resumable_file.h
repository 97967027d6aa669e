// A file that is written piece by piece, by a program that may be stopped at any moment and go on
// later, and that appears under its name when it is whole. Beside it lie, until then:
//
//   NAME.part      the pieces so far; locked while somebody writes
//   NAME.journal   what the content depends on, then a line for each piece: its length, what the
//                  writer notes about it, and the SHA-256 of both
//
// A writer killed while the file appears may leave NAME.journal without a part; the next one that
// asks for NAME takes it away.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/descriptor.h"
#include "base/json.h"

namespace digits {

class ResumableFile {
 public:
  // Gets the note of each piece that is there, in order.
  using Replay = std::function<void(const Json& note)>;

  // Begins a file. `identity` is an object with whatever the content depends on. Throws
  // output.exists when there is a file or link of this name, or a part of one; output.busy when
  // somebody writes it; output.unwritable, also when the part is a link, and disk.*.
  ResumableFile(const std::filesystem::path& path, const Json& identity);

  // Goes on with a part, behind the last piece of which journal and part agree to the byte: what
  // was written later, or lost by a power cut, is cut off. Throws as above, and output.missing when
  // there is no part, output.changed when it was begun under another identity, and output.journal
  // when its journal is no more.
  ResumableFile(const std::filesystem::path& path, const Json& identity, const Replay& replay);

  // Adds a piece and the note about it. When it throws disk.*, what was added before stays.
  void append(std::string_view piece, const Json& note);

  std::size_t size() const { return size_; }  // bytes so far

  // The file appears, whole and on the disk; part and journal go. Throws output.exists when there
  // is a file of this name by now, which is not touched, and disk.*; then both stay.
  void publish();

 private:
  void begin_journal(const Json& header);
  void restore(const Json& header, const Replay& replay);
  std::size_t check_header(const std::string& journal, const Json& header) const;
  std::optional<Json> read_piece(const std::string& line);

  std::filesystem::path path_;
  std::filesystem::path part_path_;
  std::filesystem::path journal_path_;
  Descriptor part_;
  Descriptor journal_;
  std::size_t size_ = 0;  // of the pieces
};

}  // namespace digits
