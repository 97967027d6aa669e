#include "serve/content_encoding.h"

#include <zlib.h>

#include <string>

#include "base/error.h"
#include "data/gzip.h"
#include "support/testing.h"

namespace digits {
namespace {

// Packed with a zlib frame (window_bits 15) or without one (-15).
std::string deflated(const std::string& text, int window_bits) {
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, 9, Z_DEFLATED, window_bits, 8, Z_DEFAULT_STRATEGY), Z_OK);
  std::string out(deflateBound(&stream, text.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

// Each encoding, including both forms of deflate, gives the same body.
TEST(ContentEncoding, UnpacksEachEncoding) {
  const std::string text(100'000, 'x');
  EXPECT_EQ(unpacked(text, "", 100'000), text);
  EXPECT_EQ(unpacked(text, "identity", 100'000), text);
  EXPECT_EQ(unpacked(gzip(text), "gzip", 100'000), text);
  EXPECT_EQ(unpacked(deflated(text, 15), "deflate", 100'000), text);
  EXPECT_EQ(unpacked(deflated(text, -15), "deflate", 100'000), text);
}

// A few bytes must not fill the memory: the limit on the unpacked size is exact to the byte.
TEST(ContentEncoding, LimitsTheUnpackedSize) {
  const auto bomb = gzip(std::string(10'000'000, '\0'));
  ASSERT_LT(bomb.size(), 20'000U);
  expect_error("request.too_large", [&] { unpacked(bomb, "gzip", 1'000'000); });
  expect_error("request.too_large", [&] { unpacked(bomb, "gzip", 9'999'999); });
  EXPECT_EQ(unpacked(bomb, "gzip", 10'000'000).size(), 10'000'000U);
  const auto piece = gzip(std::string(65'536, 'x'));  // as large as a step of unpacking
  EXPECT_EQ(unpacked(piece, "gzip", 65'536).size(), 65'536U);
  const auto error = error_of([&] { unpacked(piece, "gzip", 65'535); });
  EXPECT_EQ(error.code(), "request.too_large");
  EXPECT_STREQ(error.what(), "a body of more than 65535 bytes when unpacked");
}

// A damaged body is rejected: truncated anywhere, changed, or followed by other bytes.
TEST(ContentEncoding, RejectsDamagedBodies) {
  const auto packed = gzip("{\"inputs\": []}");
  for (std::size_t size = 0; size < packed.size(); ++size) {
    EXPECT_EQ(error_code([&] { unpacked(packed.substr(0, size), "gzip", 1000); }),
              "request.compression")
        << size;
  }
  auto changed = packed;
  changed[changed.size() - 6] ^= 1;  // of the check sum
  expect_error("request.compression", [&] { unpacked(changed, "gzip", 1000); });
  expect_error("request.compression", [&] { unpacked(packed + "x", "gzip", 1000); });
  expect_error("request.compression", [&] { unpacked("plain", "gzip", 1000); });
}

TEST(ContentEncoding, RejectsUnknownEncodings) {
  expect_error("request.encoding", [] { unpacked("x", "br", 1000); });
  expect_error("request.encoding", [] { unpacked("x", "gzip, gzip", 1000); });
}

}  // namespace
}  // namespace digits
