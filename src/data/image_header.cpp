#include "data/image_header.h"

#include <cstddef>

namespace digits {

namespace {

constexpr std::string_view kPngSignature("\x89PNG\r\n\x1a\n", 8);
constexpr std::string_view kJpegStart("\xff\xd8\xff", 3);
constexpr std::string_view kJpegEnd("\xff\xd9", 2);

// `size` bytes at `at`, big-endian; 0 beyond the end.
std::int64_t big_endian(std::string_view bytes, std::size_t at, std::size_t size) {
  std::int64_t value = 0;
  if (at + size > bytes.size()) return value;
  for (const char c : bytes.substr(at, size)) value = value << 8 | static_cast<std::uint8_t>(c);
  return value;
}

ImageHeader read_png(std::string_view bytes) {
  constexpr std::size_t kWidth = 16;  // after the signature, the chunk's length and "IHDR"
  return {big_endian(bytes, kWidth + 4, 4), big_endian(bytes, kWidth, 4),
          bytes.find("IEND") == std::string_view::npos};
}

// Frame headers, SOF0 to SOF15; C4, C8 and CC have other meanings.
bool is_frame(std::int64_t marker) {
  return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
}

// Not a restart, a start or an end (D0 to D9), nor a reserved or fill byte.
bool has_length(std::int64_t marker) {
  return marker >= 0xC0 && (marker < 0xD0 || marker > 0xD9) && marker != 0xFF;
}

// Walks the segments (marker, length, content) up to the scan; the image ends at its end marker.
// Decoders skip bytes between segments, where they might find another frame: a file with such bytes
// counts as damaged.
ImageHeader read_jpeg(std::string_view bytes) {
  constexpr std::int64_t kScan = 0xDA;
  ImageHeader header;
  header.truncated = true;
  for (std::size_t at = 2; at + 4 <= bytes.size();) {
    const auto marker = big_endian(bytes, at + 1, 1);
    if (bytes[at] != '\xff' || !has_length(marker)) break;
    if (is_frame(marker)) {
      header.rows = big_endian(bytes, at + 5, 2);
      header.cols = big_endian(bytes, at + 7, 2);
    }
    if (marker == kScan) {
      header.truncated = bytes.find(kJpegEnd, at) == std::string_view::npos;
      break;
    }
    at += 2 + static_cast<std::size_t>(big_endian(bytes, at + 2, 2));
  }
  return header;
}

bool starts_with(std::string_view bytes, std::string_view prefix) {
  return bytes.substr(0, prefix.size()) == prefix;
}

}  // namespace

ImageHeader read_image_header(std::string_view bytes) {
  if (starts_with(bytes, kPngSignature)) return read_png(bytes);
  if (starts_with(bytes, kJpegStart)) return read_jpeg(bytes);
  return {};
}

}  // namespace digits
