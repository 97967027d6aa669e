#include "serve/content_encoding.h"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <memory>

#include "base/error.h"

namespace digits {

namespace {

[[noreturn]] void throw_damaged(const std::string& encoding, const std::string& why) {
  throw Error("request.compression",
              fmt::format("{}, expected one complete {} stream", why, encoding),
              "for comparison, send the body uncompressed, without Content-Encoding");
}

// The first bytes distinguish gzip and zlib streams; some clients send deflate without either
// frame.
int window_bits(const std::string& body, const std::string& encoding) {
  const bool has_zlib_header =
      body.size() >= 2 && (body[0] & 0x0f) == Z_DEFLATED &&
      (static_cast<unsigned char>(body[0]) * 256 + static_cast<unsigned char>(body[1])) % 31 == 0;
  if (encoding == "deflate") return has_zlib_header ? MAX_WBITS : -MAX_WBITS;
  return MAX_WBITS + 16;
}

std::string inflate_all(const std::string& body, const std::string& encoding, std::size_t limit) {
  constexpr std::size_t kPiece = 64U << 10U;
  z_stream stream{};
  if (inflateInit2(&stream, window_bits(body, encoding)) != Z_OK) throw std::bad_alloc();
  const std::unique_ptr<z_stream, int (*)(z_stream*)> owner(&stream, inflateEnd);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(body.data()));
  stream.avail_in = static_cast<uInt>(body.size());
  std::string out;
  for (int status = Z_OK; status != Z_STREAM_END;) {
    const auto before = out.size();
    out.resize(before + std::min(kPiece, limit + 1 - before));
    stream.next_out = reinterpret_cast<Bytef*>(out.data() + before);
    stream.avail_out = static_cast<uInt>(out.size() - before);
    status = inflate(&stream, Z_NO_FLUSH);
    out.resize(out.size() - stream.avail_out);
    if (status == Z_BUF_ERROR) throw_damaged(encoding, "a body that is cut off");
    if (status != Z_OK && status != Z_STREAM_END) throw_damaged(encoding, "a damaged body");
    if (out.size() > limit) {
      throw Error("request.too_large",
                  fmt::format("a body of more than {} bytes when unpacked", limit),
                  "send fewer images in a request, or start the server with a larger --max-body");
    }
  }
  if (stream.avail_in > 0) {
    throw_damaged(encoding, fmt::format("{} bytes behind the end", stream.avail_in));
  }
  return out;
}

}  // namespace

std::string unpacked(std::string body, const std::string& encoding, std::size_t limit) {
  if (encoding.empty() || encoding == "identity") return body;
  if (encoding == "gzip" || encoding == "deflate") return inflate_all(body, encoding, limit);
  throw Error("request.encoding",
              fmt::format("Content-Encoding {}, expected gzip, deflate or identity", encoding),
              "compress the body by one of these, or send it uncompressed");
}

}  // namespace digits
