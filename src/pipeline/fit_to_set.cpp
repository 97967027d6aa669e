#include "pipeline/fit_to_set.h"

#include <algorithm>

namespace digits {

std::int64_t fitting_batch_size(std::size_t samples, std::int64_t most, double max_share) {
  const double limit = std::max(2.0, max_share * static_cast<double>(samples));
  if (static_cast<double>(most) <= limit || max_share >= 1.0) return most;
  std::int64_t size = 2;
  while (static_cast<double>(2 * size) <= limit) size *= 2;
  return size;
}

std::int64_t fitting_epochs(std::size_t samples, std::int64_t batch_size, std::int64_t least,
                            std::int64_t min_steps) {
  const auto steps = std::max<std::int64_t>(1, static_cast<std::int64_t>(samples) / batch_size);
  return std::max(least, (min_steps + steps - 1) / steps);
}

std::int64_t fitting_patch(int shorter_side) {
  constexpr std::int64_t kLargest = 8;
  constexpr std::int64_t kLeastSide = 14;  // of the map
  std::int64_t patch = 1;
  while (patch < kLargest && shorter_side >= 2 * patch * kLeastSide) patch *= 2;
  return patch;
}

Config fit_to_set(Config config, const Dataset& training) {
  auto& train = config.train;
  train.batch_size = fitting_batch_size(training.size(), train.batch_size, train.max_batch_share);
  train.epochs = fitting_epochs(training.size(), train.batch_size, train.epochs, train.min_steps);
  if (config.network.patch == 0) {
    config.network.patch = fitting_patch(std::min(training.schema.rows, training.schema.cols));
  }
  return config;
}

Config with_fitted_values(Config asked, const Config& fitted) {
  if (asked.network.patch == 0) asked.network.patch = fitted.network.patch;
  if (asked.train.min_steps > 0) asked.train.epochs = fitted.train.epochs;
  if (asked.train.max_batch_share < 1.0) asked.train.batch_size = fitted.train.batch_size;
  return asked;
}

}  // namespace digits
