#include "data/normalisation.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"

namespace digits {

Normalisation compute_normalisation(const Dataset& train) {
  if (train.size() == 0) {
    throw Error("data.empty", "0 images, expected at least 1", "the training part has no samples");
  }
  const auto channels = static_cast<std::size_t>(train.schema.channels);
  std::vector<std::uint64_t> sum(channels, 0);
  std::vector<std::uint64_t> squares(channels, 0);
  for (std::size_t i = 0; i < train.images.size(); ++i) {
    const std::uint64_t pixel = train.images[i];
    sum[i % channels] += pixel;
    squares[i % channels] += pixel * pixel;
  }
  Normalisation result;
  const auto pixels = train.images.size() / channels;
  const auto n = static_cast<double>(pixels);
  for (std::size_t c = 0; c < channels; ++c) {
    const double mean = static_cast<double>(sum[c]) / n;
    const double variance = std::max(0.0, static_cast<double>(squares[c]) / n - mean * mean);
    result.mean.push_back(mean / 255.0);
    result.stddev.push_back(std::max(1.0, std::sqrt(variance)) / 255.0);  // constant images: not 0
  }
  return result;
}

}  // namespace digits
