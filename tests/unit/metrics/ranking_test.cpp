#include "metrics/ranking.h"

#include <cmath>

#include "base/rng.h"
#include "support/testing.h"

namespace digits {
namespace {

// Samples whose class 1 has these probabilities.
Ranking ranked(const std::vector<double>& scores, const std::vector<std::uint8_t>& labels) {
  std::vector<double> probabilities;
  for (const double score : scores) {
    probabilities.push_back(1.0 - score);
    probabilities.push_back(score);
  }
  return rank_by_class(probabilities, labels, 2, 1);
}

// No samples, samples of the class only, or of the others only: no pair can be ordered.
TEST(RankingMetrics, AreUndefinedWithoutBothClasses) {
  EXPECT_TRUE(std::isnan(ranking_metrics(ranked({}, {})).roc_auc));
  EXPECT_TRUE(std::isnan(ranking_metrics(ranked({}, {})).average_precision));
  EXPECT_TRUE(std::isnan(ranking_metrics(ranked({0.5, 0.75}, {1, 1})).roc_auc));
  EXPECT_EQ(ranking_metrics(ranked({0.5, 0.75}, {1, 1})).average_precision, 1.0);
  EXPECT_TRUE(std::isnan(ranking_metrics(ranked({0.5, 0.75}, {0, 0})).roc_auc));
  EXPECT_TRUE(std::isnan(ranking_metrics(ranked({0.5, 0.75}, {0, 0})).average_precision));
}

// With all scores equal half of the pairs count, in any order of the samples.
TEST(RankingMetrics, CountTiesAsHalf) {
  for (const auto& labels : {std::vector<std::uint8_t>{1, 0, 0, 0}, {0, 0, 0, 1}}) {
    const auto metrics = ranking_metrics(ranked({0.5, 0.5, 0.5, 0.5}, labels));
    EXPECT_EQ(metrics.roc_auc, 0.5);
    EXPECT_EQ(metrics.average_precision, 0.25);
  }
}

// In order 1 0 1 1 0: four of six pairs are right. Precision at each sample of the class: 1, 2/3,
// 3/4.
TEST(RankingMetrics, MatchHandCalculation) {
  const auto metrics = ranking_metrics(ranked({0.9, 0.8, 0.7, 0.6, 0.5}, {1, 0, 1, 1, 0}));
  EXPECT_DOUBLE_EQ(metrics.roc_auc, 4.0 / 6.0);
  EXPECT_DOUBLE_EQ(metrics.average_precision, (1.0 + 2.0 / 3.0 + 3.0 / 4.0) / 3.0);
}

// Perfect order and reverse order.
TEST(RankingMetrics, AreOneForPerfectOrder) {
  EXPECT_EQ(ranking_metrics(ranked({0.1, 0.2, 0.8, 0.9}, {0, 0, 1, 1})).roc_auc, 1.0);
  EXPECT_EQ(ranking_metrics(ranked({0.1, 0.2, 0.8, 0.9}, {0, 0, 1, 1})).average_precision, 1.0);
  EXPECT_EQ(ranking_metrics(ranked({0.1, 0.2, 0.8, 0.9}, {1, 1, 0, 0})).roc_auc, 0.0);
}

// Compared with the definition, pair by pair, with many ties. A sample of weight w counts as w
// copies.
TEST(RankingMetrics, MatchTheDefinitionByPairs) {
  Rng rng(test_seed(), Stream::kTest, 32);
  std::vector<double> scores;
  std::vector<double> copied_scores;
  std::vector<std::uint8_t> labels;
  std::vector<std::uint8_t> copied_labels;
  Weights weights;
  for (int i = 0; i < 60; ++i) {
    scores.push_back(rng.below(8) / 8.0);
    labels.push_back(i == 0 ? 0 : i == 1 ? 1 : static_cast<std::uint8_t>(rng.below(2)));
    weights.push_back(i < 2 ? 1 : rng.below(3));
    copied_scores.insert(copied_scores.end(), weights.back(), scores.back());
    copied_labels.insert(copied_labels.end(), weights.back(), labels.back());
  }
  double in_order = 0.0;
  double pairs = 0.0;
  for (std::size_t a = 0; a < copied_scores.size(); ++a) {
    for (std::size_t b = 0; b < copied_scores.size(); ++b) {
      if (copied_labels[a] != 1 || copied_labels[b] != 0) continue;
      pairs += 1.0;
      in_order += copied_scores[a] > copied_scores[b]    ? 1.0
                  : copied_scores[a] == copied_scores[b] ? 0.5
                                                         : 0.0;
    }
  }
  const auto weighted = ranking_metrics(ranked(scores, labels), weights);
  EXPECT_NEAR(weighted.roc_auc, in_order / pairs, 1e-12);  // two orders of summation
  const auto copied = ranking_metrics(ranked(copied_scores, copied_labels));
  EXPECT_NEAR(weighted.roc_auc, copied.roc_auc, 1e-12);
  EXPECT_NEAR(weighted.average_precision, copied.average_precision, 1e-12);
}

// One point per distinct score, ties as one point, from no sample to all.
TEST(Curve, MatchesHandCalculation) {
  const auto points = curve(ranked({0.75, 0.5, 0.5, 0.25}, {1, 1, 0, 0}));
  ASSERT_EQ(points.size(), 4U);
  EXPECT_EQ(points[0].precision, 1.0);
  EXPECT_EQ(points[1].true_positive_rate, 0.5);
  EXPECT_EQ(points[1].false_positive_rate, 0.0);
  EXPECT_EQ(points[2].true_positive_rate, 1.0);
  EXPECT_EQ(points[2].false_positive_rate, 0.5);
  EXPECT_DOUBLE_EQ(points[2].precision, 2.0 / 3.0);
  EXPECT_EQ(points[3].false_positive_rate, 1.0);
  EXPECT_EQ(points[3].precision, 0.5);
}

// Without samples of the class, or any samples, rates are 0, not 0 / 0.
TEST(Curve, OfAnAbsentClassIsFlat) {
  EXPECT_EQ(curve(ranked({}, {})).size(), 1U);
  const auto points = curve(ranked({0.5, 0.25}, {0, 0}));
  EXPECT_EQ(points.back().true_positive_rate, 0.0);
  EXPECT_EQ(points.back().false_positive_rate, 1.0);
}

// Thinning keeps both ends and the limit on the number of points, and no step is longer than the
// limit requires. A short curve keeps all points.
TEST(Thinned, KeepsEndsAndLimit) {
  Rng rng(test_seed(), Stream::kTest, 33);
  std::vector<double> scores(3000);
  std::vector<std::uint8_t> labels(3000);
  for (std::size_t i = 0; i < scores.size(); ++i) {
    labels[i] = static_cast<std::uint8_t>(i % 2);
    scores[i] = 0.3 * labels[i] + 0.7 * rng.uniform();
  }
  const auto points = curve(ranked(scores, labels));
  const auto few = thinned(points, 50);
  EXPECT_LE(few.size(), 50U);
  EXPECT_GE(few.size(), 20U);
  EXPECT_EQ(few.front().true_positive_rate, 0.0);
  EXPECT_EQ(few.front().precision, 1.0);
  EXPECT_EQ(few.back().false_positive_rate, 1.0);
  for (std::size_t i = 1; i < few.size(); ++i) {
    EXPECT_LE(few[i].true_positive_rate - few[i - 1].true_positive_rate, 4.0 / 48.0 + 1e-12);
  }
  EXPECT_EQ(thinned(few, 50).size(), few.size());
}

// By hand: a step may be 4 / 48, and each point advances by 0.02, so from 0.2 on every fourth point
// is kept: 20 up to 0.96, the first and the last. None is kept twice, also not before the long
// first step, nor at the end: the memory behind the last point holds a removed one, far away.
TEST(Thinned, KeepsEachPointOnce) {
  std::vector<CurvePoint> points{{0.0, 0.0, 1.0}};
  for (int i = 20; i <= 100; ++i) points.push_back({0.01 * i, 0.01 * i, 0.5});
  points.push_back({9.0, 9.0, 0.5});
  points.pop_back();
  const auto few = thinned(points, 50);
  EXPECT_EQ(few.size(), 22U);
  for (std::size_t i = 1; i < few.size(); ++i) {
    EXPECT_GT(few[i].true_positive_rate, few[i - 1].true_positive_rate) << i;
  }
}

}  // namespace
}  // namespace digits
