#include "tensorboard/event_file.h"

#include <algorithm>

#include "base/files.h"
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

// 3A: session log of two bytes, status (08) START (1); step 300 = AC 02 in base 128.
TEST(EventFile, StartEventMatchesHandEncoding) {
  EXPECT_EQ(start_event(1.0, 300), "\x09\0\0\0\0\0\0\xF0\x3F\x10\xAC\x02\x3A\x02\x08\x01"s);
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

}  // namespace
}  // namespace digits
