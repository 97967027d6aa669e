#include "data/gzip.h"

#include <fmt/format.h>
#include <zlib.h>

#include <memory>
#include <stdexcept>

#include "base/error.h"

namespace digits {

namespace {

constexpr int kGzipWindow = 15 + 16;  // zlib: the largest window, with a gzip header

Bytef* as_input(std::string_view bytes) {  // zlib's interface predates const
  return reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
}

Error gzip_error(const std::string& name, const std::string& seen) {
  return {"input.gzip", fmt::format("{}: {}, expected a complete gzip file", name, seen),
          "the file is damaged: get it again"};
}

// Inflates what `stream` holds until the input ends; returns zlib's last status.
int inflate_members(z_stream& stream, std::string& out, const std::string& name,
                    std::size_t limit) {
  char buffer[1 << 16];
  int status = Z_OK;
  while (status == Z_OK || (status == Z_STREAM_END && stream.avail_in > 0)) {
    if (status == Z_STREAM_END) inflateReset(&stream);  // a further member
    stream.next_out = reinterpret_cast<Bytef*>(buffer);
    stream.avail_out = sizeof(buffer);
    status = inflate(&stream, Z_NO_FLUSH);
    out.append(buffer, sizeof(buffer) - stream.avail_out);
    if (out.size() > limit) {
      throw gzip_error(name, fmt::format("more than {} bytes when unpacked", limit));
    }
  }
  return status;
}

}  // namespace

bool is_gzip(std::string_view bytes) noexcept {
  return bytes.size() >= 2 && bytes[0] == '\x1f' && bytes[1] == '\x8b';
}

std::string gunzip(std::string_view bytes, const std::string& name, std::size_t limit) {
  z_stream stream{};
  stream.next_in = as_input(bytes);
  stream.avail_in = static_cast<uInt>(bytes.size());
  if (inflateInit2(&stream, kGzipWindow) != Z_OK) throw std::runtime_error("zlib: inflateInit2");
  const std::unique_ptr<z_stream, decltype(&inflateEnd)> guard(&stream, inflateEnd);
  std::string out;
  const int status = inflate_members(stream, out, name, limit);
  if (status == Z_BUF_ERROR) throw gzip_error(name, "truncated data");
  if (status != Z_STREAM_END) {
    throw gzip_error(name, fmt::format("damaged data ({})", stream.msg ? stream.msg : "zlib"));
  }
  return out;
}

std::string gzip(std::string_view bytes) {
  z_stream stream{};
  if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, kGzipWindow, 8,
                   Z_DEFAULT_STRATEGY) != Z_OK) {
    throw std::runtime_error("zlib: deflateInit2");
  }
  const std::unique_ptr<z_stream, decltype(&deflateEnd)> guard(&stream, deflateEnd);
  std::string out(deflateBound(&stream, static_cast<uLong>(bytes.size())), '\0');
  stream.next_in = as_input(bytes);
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  if (deflate(&stream, Z_FINISH) != Z_STREAM_END) throw std::runtime_error("zlib: deflate");
  out.resize(stream.total_out);
  return out;
}

}  // namespace digits
