// Computes intervals of statistics without a formula for one: the percentile bootstrap over
// samples.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <vector>

#include "metrics/classification.h"

namespace digits {

struct BootstrapOptions {
  // 199 makes the 2.5 % and 97.5 % points the 5th value from either end.
  std::size_t resamples = 199;
  std::uint64_t seed = 0;  // resample i is a function of (seed, i)
};

// The largest possible value of a statistic; the smallest is 0.
constexpr double kUnbounded = std::numeric_limits<double>::max();

// Resample `index` of `n` samples: the count of each sample among n draws.
Weights resample(std::size_t n, std::uint64_t seed, std::uint64_t index);

// Several statistics of the same samples. `statistics` returns one value per entry of `highs`,
// their upper bounds, for each weighting; NaN where one is undefined.
//
// Each interval ends at the order statistics (B + 1) 2.5 % from either end of its B resamples:
// Efron and Tibshirani, "An Introduction to the Bootstrap" (1993), chapter 13. Resamples with an
// undefined value are left out. If the value lies outside, as it may for a biased statistic (such
// as the calibration error), the interval is extended to it. An undefined statistic is 0 in [0,
// high] with n = 0; a single sample has no spread, so its interval is [0, high] too. For resamples
// with equal values see equal_values_interval().
std::vector<Quantity> bootstrap(
    std::size_t n, const std::vector<double>& highs,
    const std::function<std::vector<double>(const Weights&)>& statistics,
    const BootstrapOptions& options = {});

}  // namespace digits
