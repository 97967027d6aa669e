#include "base/resumable_file.h"

#include <algorithm>
#include <atomic>
#include <thread>

#include "base/error.h"
#include "base/files.h"
#include "support/full_disk.h"
#include "support/testing.h"

namespace digits {
namespace {

namespace fs = std::filesystem;

const Json kIdentity{{"model", "a"}, {"inputs", "b"}};
const std::vector<std::string> kPieces{"head\n", "one \xff\n", "", "two\n"};

Json note_of(std::size_t piece) { return {{"next", piece + 1}, {"said", "\"it's\n"}}; }

// Pieces from `first` on.
void append_from(ResumableFile& file, std::size_t first) {
  for (auto i = first; i < kPieces.size(); ++i) file.append(kPieces[i], note_of(i));
}

std::string all_pieces() {
  std::string all;
  for (const auto& piece : kPieces) all += piece;
  return all;
}

// How many pieces a resumed file has; their notes must be the right ones.
struct Resumed {
  explicit Resumed(const fs::path& path, const Json& identity = kIdentity)
      : file(path, identity, [this](const Json& note) { EXPECT_EQ(note, note_of(pieces++)); }) {}
  std::size_t pieces = 0;
  ResumableFile file;
};

// A file with all its pieces, stopped before it was published.
void write_stopped(const fs::path& path) {
  ResumableFile file(path, kIdentity);
  append_from(file, 0);
}

TEST(ResumableFile, AppearsWhole) {
  const TemporaryDirectory folder;
  ResumableFile file(folder / "x", kIdentity);
  append_from(file, 0);
  EXPECT_THAT(files_below(folder.path()), testing::ElementsAre("x.journal", "x.part"));
  file.publish();
  EXPECT_EQ(read_file(folder / "x"), all_pieces());
  EXPECT_THAT(files_below(folder.path()), testing::ElementsAre("x"));
}

// Behind the header: the end of each line, and one place in eleven of the others, by the seed.
std::vector<std::size_t> some_places(const std::string& journal) {
  std::vector<std::size_t> places;
  for (auto i = journal.find('\n') + 1; i <= journal.size(); ++i) {
    if ((i + test_seed()) % 11 == 0 || journal[i - 1] == '\n') places.push_back(i);
  }
  return places;
}

// The part or the journal was cut off anywhere, in the middle of a piece or a line too: what
// remains is a number of whole pieces, and with the others the file is as if nothing had happened.
TEST(ResumableFile, GoesOnFromAnyCut) {
  const TemporaryDirectory folder;
  const auto path = folder / "x";
  write_stopped(path);
  const auto part = read_file(path.string() + ".part");
  const auto journal = read_file(path.string() + ".journal");
  ASSERT_EQ(part, all_pieces());
  const auto expect_goes_on = [&](std::size_t part_size, std::size_t journal_size) {
    write_file(path.string() + ".part", part.substr(0, part_size), Durability::kUnsynced);
    write_file(path.string() + ".journal", journal.substr(0, journal_size), Durability::kUnsynced);
    Resumed resumed(path);
    EXPECT_EQ(fs::file_size(path.string() + ".part"), resumed.file.size());
    append_from(resumed.file, resumed.pieces);
    EXPECT_EQ(read_file(path.string() + ".part"), part);
    EXPECT_EQ(read_file(path.string() + ".journal"), journal);
    return resumed.pieces;
  };
  for (std::size_t size = 0; size < part.size(); ++size) {
    const auto pieces = size < 5 ? 0U : size < 11 ? 1U : 3U;
    EXPECT_EQ(expect_goes_on(size, journal.size()), pieces) << size << " bytes of the part";
  }
  for (const auto size : some_places(journal)) {
    const auto kept = journal.substr(0, size);
    const auto lines = static_cast<std::size_t>(std::count(kept.begin(), kept.end(), '\n'));
    EXPECT_EQ(expect_goes_on(part.size(), size), lines - 1) << size << " bytes of the journal";
  }
}

// No byte of either can change unnoticed: the piece it belongs to is cut off, with all behind it.
TEST(ResumableFile, TrustsNoChangedByte) {
  const TemporaryDirectory folder;
  const auto path = folder / "x";
  write_stopped(path);
  const auto part = read_file(path.string() + ".part");
  const auto journal = read_file(path.string() + ".journal");
  const auto pieces_with = [&](const std::string& new_part, const std::string& new_journal) {
    write_file(path.string() + ".part", new_part, Durability::kUnsynced);
    write_file(path.string() + ".journal", new_journal, Durability::kUnsynced);
    return Resumed(path).pieces;
  };
  const auto changed = [](std::string bytes, std::size_t i) {
    bytes[i] = static_cast<char>(bytes[i] ^ 1);
    return bytes;
  };
  for (std::size_t i = 0; i < part.size(); ++i) {
    EXPECT_EQ(pieces_with(changed(part, i), journal), i < 5 ? 0U : i < 11 ? 1U : 3U) << i;
  }
  for (const auto place : some_places(journal)) {
    const auto before = journal.substr(0, place - 1);
    const auto lines = static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n'));
    if (lines == 0) continue;  // of the header
    EXPECT_EQ(pieces_with(part, changed(journal, place - 1)), lines - 1) << place;
  }
}

// Another model or other inputs: refused, by name, and nothing of the part is lost.
TEST(ResumableFile, RefusesAnotherIdentity) {
  const TemporaryDirectory folder;
  write_stopped(folder / "x");
  for (const char* key : {"model", "inputs", "more"}) {
    auto other = kIdentity;
    other[key] = "other";
    expect_error("output.changed", [&] { Resumed(folder / "x", other); });
    try {
      Resumed(folder / "x", other);
    } catch (const Error& error) {
      EXPECT_THAT(error.what(),
                  testing::EndsWith(std::string("another ") + key + ", expected the same"));
    }
  }
  EXPECT_EQ(Resumed(folder / "x").pieces, kPieces.size());
}

TEST(ResumableFile, WithoutAJournalIsRefused) {
  const TemporaryDirectory folder;
  write_stopped(folder / "x");
  for (const char* journal : {"", "{\"schema\"", "no JSON\n"}) {
    write_file(folder / "x.journal", journal);
    expect_error("output.journal", [&] { Resumed(folder / "x"); });
  }
  fs::remove(folder / "x.journal");
  expect_error("output.journal", [&] { Resumed(folder / "x"); });
  EXPECT_EQ(read_file(folder / "x.part"), all_pieces());
}

// Begun where there is something already, or resumed where there is nothing.
TEST(ResumableFile, RefusesWhatIsThereAndWhatIsNot) {
  const TemporaryDirectory folder;
  expect_error("output.missing", [&] { Resumed(folder / "x"); });
  EXPECT_TRUE(files_below(folder.path()).empty());
  write_stopped(folder / "x");
  expect_error("output.exists", [&] { ResumableFile(folder / "x", kIdentity); });
  EXPECT_EQ(Resumed(folder / "x").pieces, kPieces.size());
  write_file(folder / "y", "somebody's");
  expect_error("output.exists", [&] { ResumableFile(folder / "y", kIdentity); });
  write_file(folder / "y.part", "a part");
  expect_error("output.exists", [&] { Resumed(folder / "y"); });
  EXPECT_EQ(read_file(folder / "y"), "somebody's");
  expect_error("output.unwritable", [&] { ResumableFile(folder / "none" / "x", kIdentity); });
}

// A link takes a name as a file does, also one that leads nowhere: refused before any work. No part
// is written through a link, which may lead into somebody's file.
TEST(ResumableFile, FollowsNoLink) {
  const TemporaryDirectory folder;
  fs::create_symlink("nowhere", folder / "x");
  expect_error("output.exists", [&] { ResumableFile(folder / "x", kIdentity); });
  expect_error("output.exists", [&] { Resumed(folder / "x"); });
  write_file(folder / "somebody's", "");
  for (const char* target : {"somebody's", "nowhere"}) {
    fs::create_symlink(target, folder / "y.part");
    expect_error("output.unwritable", [&] { ResumableFile(folder / "y", kIdentity); });
    expect_error("output.unwritable", [&] { Resumed(folder / "y"); });
    fs::remove(folder / "y.part");
  }
  EXPECT_EQ(read_file(folder / "somebody's"), "");
  EXPECT_FALSE(fs::exists(folder / "nowhere"));
}

// A writer that was killed at once left nothing that anybody would miss.
TEST(ResumableFile, BeginsOverAnEmptyPart) {
  const TemporaryDirectory folder;
  write_file(folder / "x.part", "");
  write_file(folder / "x.journal", "of another file\n");
  EXPECT_EQ(Resumed(folder / "x").pieces, 0U);
  ResumableFile file(folder / "x", kIdentity);
  append_from(file, 0);
  file.publish();
  EXPECT_EQ(read_file(folder / "x"), all_pieces());
}

// A writer killed between the appearing of the file and its end leaves a journal without a part,
// and one killed a moment later an empty part: the next that asks for the name takes them away.
// What else lies there stays.
TEST(ResumableFile, TakesAwayWhatAKilledPublisherLeft) {
  const TemporaryDirectory folder;
  const auto ask = [&] {
    expect_error("output.exists", [&] { Resumed(folder / "x"); });
    expect_error("output.exists", [&] { ResumableFile(folder / "x", kIdentity); });
    return files_below(folder.path());
  };
  write_stopped(folder / "x");
  fs::rename(folder / "x.part", folder / "x");
  const auto journal = read_file(folder / "x.journal");
  EXPECT_THAT(ask(), testing::ElementsAre("x"));
  EXPECT_EQ(read_file(folder / "x"), all_pieces());
  write_file(folder / "x.part", "");
  write_file(folder / "x.journal", journal);
  EXPECT_THAT(ask(), testing::ElementsAre("x"));
  write_file(folder / "x.part", all_pieces());
  write_file(folder / "x.journal", journal);
  EXPECT_THAT(ask(), testing::ElementsAre("x", "x.journal", "x.part"));
  fs::remove(folder / "x.part");
  write_file(folder / "x.journal", "{\"schema\":\"somebody's\"}\n");
  EXPECT_THAT(ask(), testing::ElementsAre("x", "x.journal"));
}

// One publishes while another asks for the same name again and again: it never gets a part, and
// nothing but the file is left.
TEST(ResumableFile, IsNotBegunAgainWhileItAppears) {
  const TemporaryDirectory folder;
  for (int round = 0; round < 20; ++round) {
    const auto path = folder / std::to_string(round);
    ResumableFile file(path, kIdentity);
    append_from(file, 0);
    std::atomic<bool> asked{false};
    std::string code;
    std::thread other([&] {
      do {
        code = error_code([&] { ResumableFile(path, kIdentity); });
        asked = true;
      } while (code == "output.busy");
    });
    while (!asked) std::this_thread::yield();
    file.publish();
    other.join();
    EXPECT_EQ(code, "output.exists");
    EXPECT_THAT(files_below(folder.path()), testing::ElementsAre(path.filename().string()));
    fs::remove(path);
  }
}

TEST(ResumableFile, AdmitsOneWriter) {
  const TemporaryDirectory folder;
  {
    ResumableFile file(folder / "x", kIdentity);
    expect_error("output.busy", [&] { ResumableFile(folder / "x", kIdentity); });
    append_from(file, 0);
    expect_error("output.busy", [&] { Resumed(folder / "x"); });
    expect_error("output.busy", [&] { ResumableFile(folder / "x", kIdentity); });
  }
  const Resumed first(folder / "x");
  EXPECT_EQ(first.pieces, kPieces.size());
  expect_error("output.busy", [&] { Resumed(folder / "x"); });
}

// A file that came in between is left alone, and so is the work; once it is out of the way, the
// work appears.
TEST(ResumableFile, NeverReplacesAFile) {
  const TemporaryDirectory folder;
  {
    ResumableFile file(folder / "x", kIdentity);
    append_from(file, 0);
    fs::create_symlink("nowhere", folder / "x");
    expect_error("output.exists", [&] { file.publish(); });
    fs::remove(folder / "x");
    write_file(folder / "x", "somebody's");
    expect_error("output.exists", [&] { file.publish(); });
  }
  EXPECT_EQ(read_file(folder / "x"), "somebody's");
  fs::remove(folder / "x");
  Resumed resumed(folder / "x");
  EXPECT_EQ(resumed.pieces, kPieces.size());
  resumed.file.publish();
  EXPECT_EQ(read_file(folder / "x"), all_pieces());
}

// What was written before the disk was full stays, and is gone on with when there is room again.
TEST(ResumableFile, OutlivesAFullDisk) {
  const TemporaryDirectory folder;
  const std::string piece(600, 'x');
  {
    ResumableFile file(folder / "x", kIdentity);
    file.append(piece, note_of(0));
    const FileSizeLimit limit(1000);
    expect_error("disk.full", [&] { file.append(piece, note_of(1)); });
  }
  Resumed resumed(folder / "x");
  EXPECT_EQ(resumed.pieces, 1U);
  EXPECT_EQ(resumed.file.size(), piece.size());
  resumed.file.append("y", note_of(1));
  resumed.file.publish();
  EXPECT_EQ(read_file(folder / "x"), piece + "y");
}

}  // namespace
}  // namespace digits
