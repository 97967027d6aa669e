#include "data/normalisation.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "base/error.h"

namespace digits {

ByteStatistics byte_statistics(const Dataset& set, std::size_t period) {
  std::vector<std::uint64_t> sums(period, 0);
  std::vector<std::uint64_t> squares(period, 0);
  const auto bytes = set.size() * set.schema.image_bytes();
  for (std::size_t start = 0; start < bytes; start += period) {
    for (std::size_t k = 0; k < period; ++k) {
      const std::uint64_t value = set.images[start + k];
      sums[k] += value;
      squares[k] += value * value;
    }
  }
  ByteStatistics result;
  const std::size_t values = bytes / period;  // of each sum
  const auto n = static_cast<double>(values);
  for (std::size_t k = 0; k < period; ++k) {
    const double mean = static_cast<double>(sums[k]) / n;
    result.mean.push_back(mean);
    result.variance.push_back(std::max(0.0, static_cast<double>(squares[k]) / n - mean * mean));
  }
  return result;
}

Normalisation compute_normalisation(const Dataset& train) {
  if (train.size() == 0) {
    throw Error("data.empty", "0 images, expected at least 1", "the training part has no samples");
  }
  const auto [means, variances] =
      byte_statistics(train, static_cast<std::size_t>(train.schema.channels));
  Normalisation result;
  for (std::size_t c = 0; c < means.size(); ++c) {
    result.mean.push_back(means[c] / 255.0);
    // Images of one value have no deviation.
    result.stddev.push_back(std::max(1.0, std::sqrt(variances[c])) / 255.0);
  }
  return result;
}

}  // namespace digits
