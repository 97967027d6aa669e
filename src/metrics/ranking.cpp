#include "metrics/ranking.h"

#include <algorithm>
#include <limits>
#include <numeric>

namespace digits {

namespace {

// The counts from the highest score down to the current one. Doubles represent them exactly.
struct RunningCounts {
  double right = 0.0;  // samples of the class
  double wrong = 0.0;  // samples of other classes
};

// Calls visit(before, after) for every group of equal scores; returns the totals.
template <typename Visit>
RunningCounts walk(const Ranking& ranking, const Weights& weights, const Visit& visit) {
  RunningCounts before;
  std::size_t i = 0;
  for (const auto end : ranking.group_end) {
    std::uint32_t right = 0;
    std::uint32_t all = 0;
    for (; i < end; ++i) {
      const auto weight = weight_of(weights, ranking.order[i]);
      right += weight * ranking.positive[i];
      all += weight;
    }
    const RunningCounts after{before.right + right, before.wrong + (all - right)};
    visit(before, after);
    before = after;
  }
  return before;
}

double ratio_or(double part, double whole, double otherwise) {
  return whole > 0.0 ? part / whole : otherwise;
}

}  // namespace

Ranking rank_by_class(const std::vector<double>& probabilities,
                      const std::vector<std::uint8_t>& labels, std::size_t classes,
                      std::size_t class_index) {
  const auto score = [&](std::uint32_t i) { return probabilities[i * classes + class_index]; };
  Ranking ranking;
  ranking.order.resize(labels.size());
  std::iota(ranking.order.begin(), ranking.order.end(), 0U);
  std::sort(ranking.order.begin(), ranking.order.end(), [&](std::uint32_t a, std::uint32_t b) {
    return score(a) != score(b) ? score(a) > score(b) : a < b;
  });
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const auto sample = ranking.order[i];
    ranking.positive.push_back(labels[sample] == class_index ? 1 : 0);
    if (i + 1 < labels.size() && score(ranking.order[i + 1]) == score(sample)) continue;
    ranking.group_end.push_back(static_cast<std::uint32_t>(i + 1));
  }
  return ranking;
}

RankingMetrics ranking_metrics(const Ranking& ranking, const Weights& weights) {
  double pairs = 0.0;  // (positive, negative) pairs in the right order, ties count half
  double precisions = 0.0;
  const auto all =
      walk(ranking, weights, [&](const RunningCounts& before, const RunningCounts& after) {
        const double right = after.right - before.right;
        pairs += (after.wrong - before.wrong) * (before.right + right / 2.0);
        if (right > 0.0) precisions += right * after.right / (after.right + after.wrong);
      });
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  return {ratio_or(pairs, all.right * all.wrong, nan), ratio_or(precisions, all.right, nan)};
}

std::vector<CurvePoint> curve(const Ranking& ranking) {
  std::vector<CurvePoint> points{{0.0, 0.0, 1.0}};
  const auto all = walk(ranking, {}, [&](const RunningCounts&, const RunningCounts& after) {
    points.push_back(
        {after.right, after.wrong, ratio_or(after.right, after.right + after.wrong, 1.0)});
  });
  for (auto& point : points) {
    point.true_positive_rate = ratio_or(point.true_positive_rate, all.right, 0.0);
    point.false_positive_rate = ratio_or(point.false_positive_rate, all.wrong, 0.0);
  }
  return points;
}

std::vector<CurvePoint> thinned(const std::vector<CurvePoint>& points, std::size_t limit) {
  if (points.size() <= limit) return points;
  // A point is removed when its neighbours on both sides lie within a step. Two kept points in a
  // row advance more than one step, and the sum of the rates ends at 2.
  const double step = limit > 2 ? 4.0 / static_cast<double>(limit - 2) : 4.0;
  const auto advance = [](const CurvePoint& a, const CurvePoint& b) {
    return b.true_positive_rate - a.true_positive_rate + b.false_positive_rate -
           a.false_positive_rate;
  };
  std::vector<CurvePoint> kept{points.front()};
  for (std::size_t i = 1; i + 1 < points.size(); ++i) {
    if (advance(kept.back(), points[i + 1]) > step) kept.push_back(points[i]);
  }
  kept.push_back(points.back());
  return kept;
}

}  // namespace digits
