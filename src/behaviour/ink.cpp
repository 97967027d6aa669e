#include "behaviour/ink.h"

#include <algorithm>
#include <cstdlib>

namespace digits {

namespace {

// The median of each channel over the first and last rows and columns.
std::vector<int> background_of(const std::uint8_t* image, const Schema& schema) {
  const auto channels = static_cast<std::size_t>(schema.channels);
  std::vector<std::vector<int>> border(channels);
  for (int row = 0; row < schema.rows; ++row) {
    const bool whole = row == 0 || row == schema.rows - 1;
    for (int col = 0; col < schema.cols; col += whole ? 1 : std::max(1, schema.cols - 1)) {
      const auto* pixel = image + static_cast<std::size_t>(row * schema.cols + col) * channels;
      for (std::size_t c = 0; c < channels; ++c) border[c].push_back(pixel[c]);
    }
  }
  std::vector<int> medians;
  for (auto& values : border) {
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    medians.push_back(*middle);
  }
  return medians;
}

// The distance of each pixel from the background, in the channel where it is largest.
std::vector<int> distances_from_background(const std::uint8_t* image, const Schema& schema) {
  const auto background = background_of(image, schema);
  std::vector<int> distances(schema.image_bytes() / background.size(), 0);
  for (std::size_t byte = 0; byte < schema.image_bytes(); ++byte) {
    auto& distance = distances[byte / background.size()];
    distance = std::max(distance, std::abs(image[byte] - background[byte % background.size()]));
  }
  return distances;
}

}  // namespace

std::vector<bool> ink_of(const std::uint8_t* image, const Schema& schema, int margin) {
  const auto distances = distances_from_background(image, schema);
  const int farthest = *std::max_element(distances.begin(), distances.end());
  std::vector<bool> ink(distances.size(), false);
  if (farthest == 0) return ink;
  for (std::size_t i = 0; i < distances.size(); ++i) {
    if (2 * distances[i] < farthest) continue;
    const auto pixel = static_cast<int>(i);
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
