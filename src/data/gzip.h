// Compresses and decompresses gzip (RFC 1952) by zlib.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

struct z_stream_s;  // zlib's state

namespace digits {

bool is_gzip(std::string_view bytes) noexcept;  // by its magic number

// Decompresses a gzip file, which may have several members, as a stream.
class GzipReader {
 public:
  // Returns the next bytes of the file, in pieces of any size; an empty piece at its end. The bytes
  // must stay valid until the next call.
  using Source = std::function<std::string_view()>;

  // `name` is for messages.
  GzipReader(Source source, std::string name);

  // Writes the next `n` uncompressed bytes to `out`, or fewer at the end; returns their number.
  // Throws input.gzip when the data are damaged, truncated, or followed by other bytes. When it
  // returns 0, the checksum has been verified.
  std::size_t read(char* out, std::size_t n);

 private:
  bool has_input();

  Source source_;
  std::string name_;
  std::unique_ptr<z_stream_s, void (*)(z_stream_s*)> stream_;
  bool member_ended_ = false;
};

// The uncompressed bytes of a whole gzip file. Throws as GzipReader, and input.gzip beyond `limit`
// bytes (a small file must not be able to fill the memory).
std::string gunzip(std::string_view bytes, const std::string& name, std::size_t limit);

// One gzip member with no name and no time in its header: equal input gives equal output.
std::string gzip(std::string_view bytes);

}  // namespace digits
