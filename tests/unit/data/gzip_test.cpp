#include "data/gzip.h"

#include "support/testing.h"

namespace digits {
namespace {

TEST(Gzip, RoundTripsAndIsReproducible) {
  const std::string text(100000, 'x');
  EXPECT_EQ(gunzip(gzip(text), "x", 1 << 20), text);
  EXPECT_EQ(gzip(text), gzip(text));
  EXPECT_EQ(gunzip(gzip(""), "x", 10), "");
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

}  // namespace
}  // namespace digits
