#include "data/gzip.h"

#include <malloc.h>

#include <cstddef>
#include <cstdint>
#include <string>

#include "base/error.h"
#include "support/testing.h"

namespace digits {
namespace {

TEST(Gzip, RoundTripsAndIsReproducible) {
  const std::string text(100000, 'x');
  EXPECT_EQ(gunzip(gzip(text), "x", 1 << 20), text);
  EXPECT_EQ(gzip(text), gzip(text));
  EXPECT_EQ(gunzip(gzip(""), "x", 10), "");
}

// RFC 1952, 2.3.1: the first byte is 1f and the second 8b. One of them alone is something else.
TEST(Gzip, IsKnownByItsFirstTwoBytes) {
  EXPECT_TRUE(is_gzip("\x1f\x8b"));
  EXPECT_TRUE(is_gzip(gzip("some text")));
  for (const char* other : {"", "\x1f", "\x8b", "\x1f\x8a", "\x1e\x8b", "\x8b\x1f"}) {
    EXPECT_FALSE(is_gzip(other)) << testing::PrintToString(other);
  }
}

// RFC 1952, 2.2: a file may have several members, and means their concatenation.
TEST(Gzip, JoinsMembers) { EXPECT_EQ(gunzip(gzip("ab") + gzip("cd"), "x", 10), "abcd"); }

TEST(Gzip, RejectsEveryTruncation) {
  const auto whole = gzip("some text, some text, some text");
  for (std::size_t size = 2; size < whole.size(); ++size) {
    expect_error("input.gzip", [&] { gunzip(whole.substr(0, size), "x", 1000); });
  }
}

// The bytes are the same for any size of the file's pieces and any size of the reads.
TEST(GzipReader, ReturnsTheSameBytesInAnySteps) {
  const std::string text = "some text, some text, some more text, and all of it twice";
  const auto bytes = gzip(text) + gzip(text);
  for (const std::size_t in : {std::size_t{1}, std::size_t{7}, bytes.size()}) {
    for (const std::size_t out : {1, 5, 1000}) {
      std::size_t position = 0;
      GzipReader reader(
          [&] {
            const auto block = std::string_view(bytes).substr(position, in);
            position += block.size();
            return block;
          },
          "x");
      std::string unpacked;
      std::string some(out, '\0');
      while (const auto count = reader.read(some.data(), some.size())) {
        EXPECT_TRUE(count == out || unpacked.size() + count == 2 * text.size());
        unpacked.append(some, 0, count);
      }
      EXPECT_EQ(unpacked, text + text) << in << " in, " << out << " out";
    }
  }
}

// The checksum at the end detects any flipped bit of the body.
TEST(Gzip, RejectsDamageAndTrailingBytes) {
  auto bytes = gzip("some text, some text, some text");
  expect_error("input.gzip", [&] { gunzip(bytes + "tail", "x", 1000); });
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 0x10);
  expect_error("input.gzip", [&] { gunzip(bytes, "x", 1000); });
}

// A kilobyte that unpacks to a megabyte stops at the limit.
TEST(Gzip, StopsAtTheLimit) {
  expect_error("input.gzip", [] { gunzip(gzip(std::string(1 << 20, '\0')), "x", 1 << 19); });
}

// The message says what is wrong with the file, in zlib's words where zlib has found it. A text as
// long as the limit is accepted.
TEST(Gzip, NamesTheDamage) {
  const auto message_of = [](const std::string& bytes, std::size_t limit = 1000) -> std::string {
    try {
      gunzip(bytes, "x.gz", limit);
    } catch (const Error& error) {
      return error.what();
    }
    return "no error";
  };
  const auto whole = gzip("some text");
  auto damaged = whole;
  auto& checksum = damaged[whole.size() - 8];
  checksum = static_cast<char>(checksum ^ 1);
  EXPECT_EQ(message_of(whole.substr(0, whole.size() - 1)),
            "x.gz: truncated data, expected a complete gzip file");
  EXPECT_EQ(message_of(""), "x.gz: truncated data, expected a complete gzip file");
  EXPECT_EQ(message_of(damaged),
            "x.gz: damaged data (incorrect data check), expected a complete gzip file");
  EXPECT_EQ(message_of(whole + "tail"),
            "x.gz: damaged data (incorrect header check), expected a complete gzip file");
  EXPECT_EQ(message_of(whole, 8),
            "x.gz: more than 8 bytes when unpacked, expected a complete gzip file");
  EXPECT_EQ(message_of(whole, 9), "no error");
}

// After 200 files not a megabyte more is in use: one file alone needs some 40 KB to be unpacked.
// Only glibc's allocator counts what is in use.
TEST(Gzip, FreesItsMemory) {
  const auto used = [] { return static_cast<std::int64_t>(::mallinfo2().uordblks); };
  const auto empty = used();
  const std::string probe(50000, 'x');  // below the size that glibc maps
  if (used() - empty < 50000) GTEST_SKIP() << "another allocator is in use";
  gunzip(gzip("some text"), "x", 1000);
  const auto before = used();
  for (int i = 0; i < 200; ++i) gunzip(gzip("some text"), "x", 1000);
  EXPECT_LT(used() - before, 1 << 20);
}

}  // namespace
}  // namespace digits
