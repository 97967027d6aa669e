#include "metrics/bootstrap.h"

#include <algorithm>
#include <cmath>

#include "base/rng.h"

namespace digits {

namespace {

// `values`: of the resamples for which the statistic is defined.
Quantity interval(double value, double high, std::size_t n, std::vector<double> values) {
  if (n == 0 || std::isnan(value)) return {0.0, 0.0, high, 0};
  if (n == 1 || values.empty()) return {value, 0.0, high, n};
  std::sort(values.begin(), values.end());
  if (values.front() == values.back() && value == values.front()) {
    return high == kUnbounded ? Quantity{value, 0.0, high, n}
                              : equal_values_interval(value, 0.0, high, n);
  }
  const auto rank = static_cast<std::size_t>(0.025 * static_cast<double>(values.size() + 1));
  const auto cut = std::max<std::size_t>(rank, 1);
  return {value, std::min(value, values[cut - 1]), std::max(value, values[values.size() - cut]), n};
}

}  // namespace

Weights resample(std::size_t n, std::uint64_t seed, std::uint64_t index) {
  Weights weights(n, 0);
  Rng rng(seed, Stream::kBootstrap, index);
  for (std::size_t i = 0; i < n; ++i) ++weights[rng.below(static_cast<std::uint32_t>(n))];
  return weights;
}

std::vector<Quantity> bootstrap(
    std::size_t n, const std::vector<double>& highs,
    const std::function<std::vector<double>(const Weights&)>& statistics,
    const BootstrapOptions& options) {
  std::vector<std::vector<double>> resampled(highs.size());
  for (std::size_t b = 0; n > 1 && b < options.resamples; ++b) {
    const auto values = statistics(resample(n, options.seed, b));
    for (std::size_t s = 0; s < highs.size(); ++s) {
      if (!std::isnan(values[s])) resampled[s].push_back(values[s]);
    }
  }
  const auto values = n > 0 ? statistics({}) : std::vector<double>(highs.size(), 0.0);
  std::vector<Quantity> quantities;
  for (std::size_t s = 0; s < highs.size(); ++s) {
    quantities.push_back(interval(values[s], highs[s], n, std::move(resampled[s])));
  }
  return quantities;
}

}  // namespace digits
