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
      for (int x = std::max(0, col - margin); x <= std::min(schema.cols - 1, col + margin); ++x) {
        ink[static_cast<std::size_t>(y * schema.cols + x)] = true;
      }
    }
  }
  return ink;
}

}  // namespace digits
