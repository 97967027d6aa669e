#include "data/frame.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

namespace digits {

namespace {

// The variance of each byte of an image over all images.
std::vector<double> variances(const Dataset& set) {
  const auto size = set.schema.image_bytes();
  std::vector<std::uint64_t> sums(size, 0);
  std::vector<std::uint64_t> squares(size, 0);
  for (std::size_t i = 0; i < set.size(); ++i) {
    const auto* image = set.image(i);
    for (std::size_t b = 0; b < size; ++b) {
      const std::uint64_t value = image[b];
      sums[b] += value;
      squares[b] += value * value;
    }
  }
  const auto n = static_cast<double>(set.size());
  std::vector<double> result(size);
  for (std::size_t b = 0; b < size; ++b) {
    const double mean = static_cast<double>(sums[b]) / n;
    result[b] = std::max(0.0, static_cast<double>(squares[b]) / n - mean * mean);
  }
  return result;
}

}  // namespace

int low_variance_frame(const Dataset& images, double share) {
  const auto& schema = images.schema;
  const auto widest = static_cast<std::size_t>((std::min(schema.rows, schema.cols) - 1) / 2);
  std::vector<double> rings(widest + 1, 0.0);  // variance of the pixels so far from the edge
  const auto of_bytes = variances(images);
  std::size_t byte = 0;
  for (int y = 0; y < schema.rows; ++y) {
    for (int x = 0; x < schema.cols; ++x) {
      const int distance = std::min({y, x, schema.rows - 1 - y, schema.cols - 1 - x});
      for (int c = 0; c < schema.channels; ++c) {
        rings[static_cast<std::size_t>(distance)] += of_bytes[byte++];
      }
    }
  }
  const double most = share * std::accumulate(rings.begin(), rings.end(), 0.0);
  std::size_t frame = 0;
  for (double held = rings[0]; frame < widest && held < most; held += rings[frame]) ++frame;
  return static_cast<int>(frame);
}

}  // namespace digits
