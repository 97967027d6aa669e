#include "data/frame.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <vector>

namespace digits {

namespace {

// The variance of each byte of an image over all images.
std::vector<double> variances(const Dataset& set) {
  struct Sums {
    std::uint64_t values = 0;
    std::uint64_t squares = 0;
  };
  std::vector<Sums> sums(set.schema.image_bytes());
  for (std::size_t i = 0; i < set.size(); ++i) {
    const auto* byte = set.image(i);
    for (auto& [values, squares] : sums) {
      const std::uint64_t value = *byte++;
      values += value;
      squares += value * value;
    }
  }
  const auto n = static_cast<double>(set.size());
  std::vector<double> result;
  result.reserve(sums.size());
  for (const auto& [values, squares] : sums) {
    const double mean = static_cast<double>(values) / n;
    result.push_back(std::max(0.0, static_cast<double>(squares) / n - mean * mean));
  }
  return result;
}

}  // namespace

int low_variance_frame(const Dataset& images, double share) {
  const auto& schema = images.schema;
  const auto widest = static_cast<std::size_t>((std::min(schema.rows, schema.cols) - 1) / 2);
  std::vector<double> rings(widest + 1, 0.0);  // variance of the pixels so far from the edge
  int byte = 0;
  for (const double variance : variances(images)) {
    const int pixel = byte++ / schema.channels;
    const int y = pixel / schema.cols;
    const int x = pixel % schema.cols;
    const int distance = std::min({y, x, schema.rows - 1 - y, schema.cols - 1 - x});
    rings[static_cast<std::size_t>(distance)] += variance;
  }
  const double most = share * std::accumulate(rings.begin(), rings.end(), 0.0);
  std::size_t frame = 0;
  for (double held = rings[0]; frame < widest && held < most; held += rings[frame]) ++frame;
  return static_cast<int>(frame);
}

}  // namespace digits
