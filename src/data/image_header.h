// Reads an image file's size from its header, before decoding.
#pragma once

#include <cstdint>
#include <string_view>

namespace digits {

struct ImageHeader {
  std::int64_t rows = 0;  // 0: neither PNG nor JPEG, or damaged
  std::int64_t cols = 0;
  bool truncated = false;  // the file ends before the image's end
};

// Reads the header of a PNG or JPEG file. A few kilobytes can announce gigabytes of pixels, and a
// decoder fills the missing part of a truncated file with grey; this check detects both. Formats:
// https://www.w3.org/TR/png-3/ and ITU-T T.81, annex B. Never throws.
ImageHeader read_image_header(std::string_view bytes);

}  // namespace digits
