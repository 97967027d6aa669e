#include "tensorboard/event_file.h"

#include <unistd.h>

#include <algorithm>
#include <string>
#include <utility>

#include "base/descriptor.h"
#include "base/files.h"
#include "support/full_disk.h"
#include "support/testing.h"

namespace digits {
namespace {

using std::string_literals::operator""s;

std::uint32_t unmasked(std::uint32_t sum) {
  const std::uint32_t rotated = sum - 0xA282EAD8U;
  return rotated >> 17 | rotated << 15;
}

// The vectors of RFC 3720, B.4 (as numbers; the RFC prints them as bytes, lowest first).
TEST(EventFile, ChecksumIsCrc32c) {
  std::string rising;
  for (int i = 0; i < 32; ++i) rising += static_cast<char>(i);
  EXPECT_EQ(unmasked(masked_crc32c(std::string(32, '\0'))), 0x8A9136AAU);
  EXPECT_EQ(unmasked(masked_crc32c(std::string(32, '\xFF'))), 0x62A8AB43U);
  EXPECT_EQ(unmasked(masked_crc32c(rising)), 0x46DD794EU);
  EXPECT_EQ(unmasked(masked_crc32c(std::string(rising.rbegin(), rising.rend()))), 0x113FDB5CU);
}

// By hand from the CRC of no bytes, 0: the rotation keeps 0, and the constant is added.
TEST(EventFile, ChecksumIsMasked) { EXPECT_EQ(masked_crc32c(""), 0xA282EAD8U); }

// Length, its checksum, data, their checksum: 8 + 4 + 3 + 4 bytes, numbers little-endian.
TEST(EventFile, RecordFramesItsData) {
  const auto record = tfrecord("abc");
  ASSERT_EQ(record.size(), 19U);
  EXPECT_EQ(record.substr(0, 8), "\x03\0\0\0\0\0\0\0"s);
  EXPECT_EQ(record.substr(12, 3), "abc");
  const auto number_at = [&](std::size_t at) {
    std::uint32_t value = 0;
    for (std::size_t i = 4; i > 0; --i) {
      value = value << 8 | static_cast<unsigned char>(record[at + i - 1]);
    }
    return value;
  };
  EXPECT_EQ(number_at(8), masked_crc32c(record.substr(0, 8)));
  EXPECT_EQ(number_at(15), masked_crc32c("abc"));
}

// By hand. Keys are field << 3 | type: 09 wall time (double 1.0 = 3FF0...), 10 step, 1A version.
TEST(EventFile, VersionEventMatchesHandEncoding) {
  EXPECT_EQ(version_event(1.0), "\x09\0\0\0\0\0\0\xF0\x3F\x10\0\x1A\x0D"s + "brain.Event:2");
}

// 3A: session log of two bytes, status (08) START (1); step 300 = AC 02 in base 128. A byte holds a
// number below 128.
TEST(EventFile, StartEventMatchesHandEncoding) {
  EXPECT_EQ(start_event(1.0, 300), "\x09\0\0\0\0\0\0\xF0\x3F\x10\xAC\x02\x3A\x02\x08\x01"s);
  EXPECT_EQ(start_event(1.0, 127), "\x09\0\0\0\0\0\0\xF0\x3F\x10\x7F\x3A\x02\x08\x01"s);
  EXPECT_EQ(start_event(1.0, 128), "\x09\0\0\0\0\0\0\xF0\x3F\x10\x80\x01\x3A\x02\x08\x01"s);
}

// 2A: a summary with two values (0A), each a tag (0A) and a float (15): 0.5 = 3F000000.
TEST(EventFile, ScalarEventMatchesHandEncoding) {
  EXPECT_EQ(summary_event(1.0, 1, {{"a", 0.5F}, {"b", 1.0F}}),
            "\x09\0\0\0\0\0\0\xF0\x3F\x10\x01\x2A\x14"s
            "\x0A\x08\x0A\x01"
            "a\x15\0\0\0\x3F"s
            "\x0A\x08\x0A\x01"
            "b\x15\0\0\x80\x3F"s);
}

// 22: an image with height 2 (08), width 3 (10), colour space 1 (18), and its bytes (22).
TEST(EventFile, ImageEventMatchesHandEncoding) {
  EXPECT_EQ(summary_event(1.0, 1, {{"i", EncodedImage{2, 3, 1, "PNG"}}}),
            "\x09\0\0\0\0\0\0\xF0\x3F\x10\x01\x2A\x12\x0A\x10\x0A\x01i\x22\x0B"s
            "\x08\x02\x10\x03\x18\x01\x22\x03PNG");
}

// A reader of a growing file finds complete records: the first two at once, the added ones after a
// flush.
TEST(EventFile, CanBeReadWhileItGrows) {
  const TemporaryDirectory folder;
  EventFile file(folder / "tensorboard", 1);
  const auto names = files_below(folder.path());
  ASSERT_EQ(names.size(), 1U);
  EXPECT_THAT(names[0], testing::StartsWith("tensorboard/events.out.tfevents."));
  const auto opened = read_file(folder / names[0]);
  EXPECT_EQ(opened.size(), 2 * 16 + version_event(1.0).size() + start_event(1.0, 1).size());
  file.add(7, {{"loss", 0.5F}});
  file.flush();
  const auto grown = read_file(folder / names[0]);
  EXPECT_EQ(grown.size(), opened.size() + 16 + summary_event(1.0, 7, {{"loss", 0.5F}}).size());
  EXPECT_EQ(grown.substr(0, opened.size()), opened);
}

double seconds_since_1970 = 0.0;  // of a clock that the test sets

// Events have the time of the clock. They are written once a second: with the first one that comes
// a second or more after the last write.
TEST(EventFile, IsWrittenOnceASecond) {
  const TemporaryDirectory folder;
  seconds_since_1970 = 1000.0;
  EventFile file(folder.path(), 1, [] { return seconds_since_1970; });
  const auto path = folder / files_below(folder.path()).at(0);
  auto expected = tfrecord(version_event(1000.0)) + tfrecord(start_event(1000.0, 1));
  EXPECT_EQ(read_file(path), expected);
  std::string pending;
  for (const double time : {1000.5, 1001.0, 1001.75, 1002.5}) {
    seconds_since_1970 = time;
    file.add(7, {{"loss", 0.5F}});
    pending += tfrecord(summary_event(time, 7, {{"loss", 0.5F}}));
    if (time == 1001.0 || time == 1002.5) expected += std::exchange(pending, "");
    EXPECT_EQ(read_file(path), expected) << time;
  }
}

// A resumed run writes another file, also within the same second. Readers sort the files by name.
TEST(EventFile, NextFileSortsAfterThePreviousOne) {
  const TemporaryDirectory folder;
  std::vector<std::string> names;
  for (int i = 0; i < 3; ++i) {
    const EventFile file(folder.path(), i);
    for (const auto& name : files_below(folder.path())) {
      if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
    }
  }
  EXPECT_EQ(names.size(), 3U);
  EXPECT_TRUE(std::is_sorted(names.begin(), names.end()));
}

TEST(EventFile, NamesAnUnwritablePath) {
  const TemporaryDirectory folder;
  write_file(folder / "file", "x");
  expect_error("output.unwritable", [&] { EventFile(folder / "file", 1); });
}

// A log grows by appended text, and never replaces another file.
TEST(GrowingFile, AppendsInOrder) {
  const TemporaryDirectory folder;
  GrowingFile file(folder / "log");
  file.append("one ");
  EXPECT_EQ(read_file(folder / "log"), "one ");
  file.append("two");
  EXPECT_EQ(read_file(folder / "log"), "one two");
  expect_error("output.unwritable", [&] { GrowingFile(folder / "log"); });
}

// A text that does not fit on the disk leaves no part of itself, and a later one follows the text
// before it.
TEST(GrowingFile, DropsATextThatDoesNotFit) {
  const TemporaryDirectory folder;
  GrowingFile file(folder / "log");
  file.append("one ");
  {
    const FileSizeLimit limit(6);
    expect_error("disk.full", [&] { file.append("three"); });
  }
  EXPECT_EQ(read_file(folder / "log"), "one ");
  file.append("two");
  EXPECT_EQ(read_file(folder / "log"), "one two");
}

// In a program that was started without a standard input, the system numbers the file 0.
TEST(GrowingFile, MayTakeTheNumberOfStandardInput) {
  const TemporaryDirectory folder;
  const Descriptor input(::dup(STDIN_FILENO));
  ::close(STDIN_FILENO);
  {
    GrowingFile file(folder / "log");
    file.append("text");
  }
  ::dup2(input.get(), STDIN_FILENO);
  EXPECT_EQ(read_file(folder / "log"), "text");
}

}  // namespace
}  // namespace digits
