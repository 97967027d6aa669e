#include "support/rank_agreement.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace digits {

namespace {

// Each value's rank less the mean rank; equal values share the mean of their ranks.
std::vector<double> centred_ranks(const std::vector<float>& values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(),
            [&](std::size_t i, std::size_t j) { return values[i] < values[j]; });
  std::vector<double> ranks(values.size());
  for (std::size_t begin = 0, end = 0; begin < order.size(); begin = end) {
    while (end < order.size() && values[order[end]] == values[order[begin]]) ++end;
    const double rank = 0.5 * static_cast<double>(begin + end - 1);
    for (auto i = begin; i < end; ++i) {
      ranks[order[i]] = rank - 0.5 * static_cast<double>(values.size() - 1);
    }
  }
  return ranks;
}

// Absolute attributions of image i.
std::vector<float> absolute_map(const Attributions& attributions, std::size_t i, std::size_t n) {
  const auto pixels = attributions.maps.size() / n;
  std::vector<float> values(pixels);
  std::transform(&attributions.maps[i * pixels], &attributions.maps[i * pixels] + pixels,
                 values.begin(), [](float value) { return std::abs(value); });
  return values;
}

}  // namespace

double rank_correlation(const std::vector<float>& a, const std::vector<float>& b) {
  const auto x = centred_ranks(a);
  const auto y = centred_ranks(b);
  const auto product = [](const auto& left, const auto& right) {
    return std::inner_product(left.begin(), left.end(), right.begin(), 0.0);
  };
  const double scale = std::sqrt(product(x, x) * product(y, y));
  return scale > 0.0 ? product(x, y) / scale : 0.0;
}

Quantity rank_agreement(const Dataset& set, const Attributions& a, const Attributions& b) {
  std::vector<double> correlations;
  for (std::size_t i = 0; i < set.size(); ++i) {
    correlations.push_back(
        rank_correlation(absolute_map(a, i, set.size()), absolute_map(b, i, set.size())));
  }
  return mean_within(correlations, -1.0, 1.0);
}

}  // namespace digits
