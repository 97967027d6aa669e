#include "behaviour/ink.h"

#include <algorithm>

namespace digits {

std::vector<bool> ink_of(const std::uint8_t* image, const Schema& schema, int margin) {
  const int brightest = *std::max_element(image, image + schema.image_bytes());
  std::vector<bool> ink(schema.image_bytes() / static_cast<std::size_t>(schema.channels), false);
  if (brightest == 0) return ink;
  for (std::size_t byte = 0; byte < schema.image_bytes(); ++byte) {
    if (2 * image[byte] < brightest) continue;
    const auto pixel = static_cast<int>(byte) / schema.channels;
    const int row = pixel / schema.cols;
    const int col = pixel % schema.cols;
    for (int y = std::max(0, row - margin); y <= std::min(schema.rows - 1, row + margin); ++y) {
      const auto line = ink.begin() + std::ptrdiff_t{y} * schema.cols;
      std::fill(line + std::max(0, col - margin),
                line + std::min(schema.cols - 1, col + margin) + 1, true);
    }
  }
  return ink;
}

}  // namespace digits
