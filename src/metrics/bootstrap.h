// Intervals of statistics that have no formula for one: the percentile bootstrap over samples.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <vector>

#include "metrics/classification.h"

namespace digits {

struct BootstrapOptions {
  // 199 puts the 2.5 % and 97.5 % points on the 5th value from either end.
  std::size_t resamples = 199;
  std::uint64_t seed = 0;  // resample i is a function of (seed, i)
};

// The upper end of what a statistic can be; the lower is 0.
constexpr double kUnbounded = std::numeric_limits<double>::max();

// Resample `index` of `n` samples: how often each was drawn, n draws in all.
Weights resample(std::size_t n, std::uint64_t seed, std::uint64_t index);

// Several statistics of the same samples at once. `statistics` gives as many values for every
// weighting as `highs`, their upper bounds, has; NaN where one is undefined.
//
// Each value comes with the order statistics (B + 1) 2.5 % from either end of its B resamples:
// Efron and Tibshirani, "An Introduction to the Bootstrap" (1993), chapter 13. Resamples where it
// is undefined are left out. Where a biased statistic (the calibration error is one) leaves the
// value outside, the interval is extended to it. A statistic that is undefined is 0 in [0, high]
// with n = 0; a single sample says nothing about the spread, and has all of [0, high] too. Nor do
// resamples that all give the same value: see unvaried().
std::vector<Quantity> bootstrap(
    std::size_t n, const std::vector<double>& highs,
    const std::function<std::vector<double>(const Weights&)>& statistics,
    const BootstrapOptions& options = {});

}  // namespace digits
