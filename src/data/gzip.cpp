#include "data/gzip.h"

#include <fmt/format.h>
#include <zlib.h>

#include <array>
#include <stdexcept>
#include <utility>

#include "base/error.h"

namespace digits {

namespace {

constexpr int kGzipWindow = 15 + 16;  // zlib: the largest window, with a gzip header

Bytef* as_input(std::string_view bytes) {  // zlib's interface predates const
  return reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
}

Error gzip_error(const std::string& name, const std::string& seen) {
  return {"input.gzip", fmt::format("{}: {}, expected a complete gzip file", name, seen),
          "the file is damaged: download it again"};
}

void end_inflation(z_stream_s* stream) {
  inflateEnd(stream);
  delete stream;
}

}  // namespace

bool is_gzip(std::string_view bytes) noexcept {
  return bytes.size() >= 2 && bytes[0] == '\x1f' && bytes[1] == '\x8b';
}

GzipReader::GzipReader(Source source, std::string name)
    : source_(std::move(source)), name_(std::move(name)), stream_(new z_stream{}, end_inflation) {
  if (inflateInit2(stream_.get(), kGzipWindow) != Z_OK) {
    throw std::runtime_error("zlib: inflateInit2");
  }
}

// Whether compressed bytes are left.
bool GzipReader::has_input() {
  if (stream_->avail_in > 0) return true;
  const auto bytes = source_();
  if (bytes.empty() && !member_ended_) throw gzip_error(name_, "truncated data");
  stream_->next_in = as_input(bytes);
  stream_->avail_in = static_cast<uInt>(bytes.size());
  return !bytes.empty();
}

std::size_t GzipReader::read(char* out, std::size_t n) {
  stream_->next_out = reinterpret_cast<Bytef*>(out);
  stream_->avail_out = static_cast<uInt>(n);
  while (stream_->avail_out > 0 && has_input()) {
    if (member_ended_) inflateReset(stream_.get());  // a further member
    const int status = inflate(stream_.get(), Z_NO_FLUSH);
    if (status != Z_OK && status != Z_STREAM_END) {
      const char* seen = stream_->msg != nullptr ? stream_->msg : "zlib";
      throw gzip_error(name_, fmt::format("damaged data ({})", seen));
    }
    member_ended_ = status == Z_STREAM_END;
  }
  return n - stream_->avail_out;
}

std::string gunzip(std::string_view bytes, const std::string& name, std::size_t limit) {
  GzipReader reader([&] { return std::exchange(bytes, {}); }, name);  // all at once
  std::array<char, 1 << 16> buffer{};
  std::string out;
  while (const auto count = reader.read(buffer.data(), buffer.size())) {
    out.append(buffer.data(), count);
    if (out.size() > limit) {
      throw gzip_error(name, fmt::format("more than {} bytes when unpacked", limit));
    }
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
