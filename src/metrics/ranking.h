// Ranks samples by a class's probability: ROC and precision-recall curves, one class against the
// rest.
#pragma once

#include <cstdint>
#include <vector>

#include "metrics/classification.h"

namespace digits {

// The samples from the highest score down; sorted once for all resamples.
struct Ranking {
  std::vector<std::uint32_t> order;      // sample indices
  std::vector<std::uint8_t> positive;    // of order[i]: 1 if it is of the class
  std::vector<std::uint32_t> group_end;  // the end of each group of samples with equal score
};

// Ranks by the probability of `class_index`.
Ranking rank_by_class(const std::vector<double>& probabilities,
                      const std::vector<std::uint8_t>& labels, std::size_t classes,
                      std::size_t class_index);

struct RankingMetrics {
  // The probability that a sample of the class scores above a sample of another class, ties
  // counting half: Hanley and McNeil, "The meaning and use of the area under a ROC curve",
  // Radiology 143 (1982). It equals the area under the ROC curve by the trapezoidal rule. NaN
  // without samples of the class, or of other classes.
  double roc_auc = 0.0;
  // Sum over thresholds of (recall gained) * (precision there), without interpolation, which is too
  // optimistic: Davis and Goadrich, "The relationship between precision-recall and ROC curves",
  // ICML 2006. NaN without samples of the class.
  double average_precision = 0.0;
};
RankingMetrics ranking_metrics(const Ranking& ranking, const Weights& weights = {});

// The rates when every score of at least some threshold counts as the class.
struct CurvePoint {
  double true_positive_rate = 0.0;   // recall; 0 without samples of the class
  double false_positive_rate = 0.0;  // 0 without samples of other classes
  double precision = 1.0;            // 1 where nothing is predicted
};

// A start point with nothing predicted, then a point per distinct score, highest first. One list
// for both curves: ROC (false_positive_rate, true_positive_rate) and precision-recall
// (true_positive_rate, precision).
std::vector<CurvePoint> curve(const Ranking& ranking);

// At most `limit` (2 or more) of the points, with the first and the last, and with no gap in either
// rate wider than the limit requires: enough for a plot.
std::vector<CurvePoint> thinned(const std::vector<CurvePoint>& points, std::size_t limit);

}  // namespace digits
