#include "metrics/comparison.h"

#include "base/rng.h"
#include "support/testing.h"

namespace digits {
namespace {

using Labels = std::vector<std::uint8_t>;

const std::vector<std::string> kTen{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"};

// 0, 1, ..., 9, 0, 1, ...
Labels cycling(std::size_t n) {
  Labels labels(n);
  for (std::size_t i = 0; i < n; ++i) labels[i] = static_cast<std::uint8_t>(i % 10);
  return labels;
}

void mistake(Labels& predictions, std::size_t i) {
  predictions[i] = static_cast<std::uint8_t>((predictions[i] + 1) % 10);
}

// Without samples the difference is unknown.
TEST(ComparePredictions, OfNoSamplesClaimsNothing) {
  const auto comparison = compare_predictions({}, {}, {}, {"a", "b"});
  EXPECT_FALSE(comparison.worse);
  EXPECT_EQ(comparison.accuracy.difference.n, 0U);
  EXPECT_EQ(comparison.accuracy.difference.low, -1.0);
  EXPECT_EQ(comparison.accuracy.p, 1.0);
}

// One lost sample is no evidence. A class without samples is none either.
TEST(ComparePredictions, OfOneSampleClaimsNothing) {
  const auto comparison = compare_predictions({0}, {0}, {1}, {"a", "b"});
  EXPECT_FALSE(comparison.worse);
  EXPECT_EQ(comparison.accuracy.difference.value, -1.0);
  EXPECT_EQ(comparison.recalls[1].difference.n, 0U);
}

TEST(ComparePredictions, RejectsUnpairedPredictions) {
  expect_error("data.count_mismatch", [] { compare_predictions({0, 1}, {0, 1}, {0}, {"a", "b"}); });
}

// A model is not worse than itself, with any mistakes.
TEST(ComparePredictions, SameModelPasses) {
  const auto labels = cycling(1000);
  auto model = labels;
  for (std::size_t i = 0; i < 300; ++i) mistake(model, i);
  const auto comparison = compare_predictions(labels, model, model, kTen);
  EXPECT_FALSE(comparison.worse);
  EXPECT_EQ(comparison.accuracy.difference.value, 0.0);
  EXPECT_EQ(comparison.accuracy.p, 1.0);
  EXPECT_LT(comparison.accuracy.difference.low, 0.0);
}

// An even split, or no difference, has p = 1. 5 : 1 by hand: 2 (1 + 6) / 2^6; 0 : 10 is 2 / 2^10.
TEST(McNemar, MatchesHandCalculation) {
  EXPECT_EQ(mcnemar_p({100, 0, 0}), 1.0);
  EXPECT_EQ(mcnemar_p({100, 3, 3}), 1.0);
  EXPECT_NEAR(mcnemar_p({100, 5, 1}), 14.0 / 64.0, 1e-12);
  EXPECT_NEAR(mcnemar_p({100, 1, 5}), 14.0 / 64.0, 1e-12);
  EXPECT_NEAR(mcnemar_p({100, 0, 10}), 2.0 / 1024.0, 1e-12);
}

// 5 gained and 15 lost of 100, by hand: -10 / 102 = -0.0980392 and
// 1.959964 sqrt(21 - 100 / 102) / 102 = 0.0859749.
TEST(PairedDifference, GivesTheAgrestiMinInterval) {
  const auto difference = paired_difference({100, 15, 5});
  EXPECT_DOUBLE_EQ(difference.value, -0.1);
  EXPECT_NEAR(difference.low, -0.0980392 - 0.0859749, 1e-6);
  EXPECT_NEAR(difference.high, -0.0980392 + 0.0859749, 1e-6);
  EXPECT_EQ(difference.n, 100U);
}

// 4 * 0.005, 3 * 0.01, 2 * 0.03, and 0.04, which may not fall below the previous one; none above 1.
TEST(Holm, MatchesHandCalculation) {
  EXPECT_TRUE(holm({}).empty());
  const auto adjusted = holm({0.01, 0.04, 0.03, 0.005});
  EXPECT_NEAR(adjusted[0], 0.03, 1e-12);
  EXPECT_NEAR(adjusted[1], 0.06, 1e-12);
  EXPECT_NEAR(adjusted[2], 0.06, 1e-12);
  EXPECT_NEAR(adjusted[3], 0.02, 1e-12);
  EXPECT_EQ(holm({0.9, 0.8})[0], 1.0);
}

// 0.3 points on 10,000 images, spread over the classes: 50 mistakes become 80, 45 of them new. The
// reverse is an improvement and passes.
TEST(ComparePredictions, DetectsALossOfThreeTenthsOfAPoint) {
  const auto labels = cycling(10000);
  auto baseline = labels;
  auto candidate = labels;
  for (std::size_t i = 0; i < 50; ++i) mistake(baseline, 7 * i);
  for (std::size_t i = 35; i < 115; ++i) mistake(candidate, 7 * i);
  const auto worse = compare_predictions(labels, baseline, candidate, kTen);
  EXPECT_TRUE(worse.worse);
  EXPECT_TRUE(worse.accuracy.worse);
  EXPECT_DOUBLE_EQ(worse.accuracy.difference.value, -0.003);
  EXPECT_LT(worse.accuracy.difference.high, 0.0);
  EXPECT_EQ(worse.accuracy.counts.lost, 65U);
  EXPECT_EQ(worse.accuracy.counts.gained, 35U);
  EXPECT_FALSE(compare_predictions(labels, candidate, baseline, kTen).worse);
}

// One class loses and the others gain: the accuracy is the same, but the recall of one class is
// not.
TEST(ComparePredictions, DetectsALossInOneClass) {
  const auto labels = cycling(2000);
  auto baseline = labels;
  auto candidate = labels;
  for (std::size_t i = 0; i < 20; ++i) mistake(candidate, 10 * i + 3);
  for (std::size_t i = 0; i < 20; ++i) mistake(baseline, 10 * i + i % 3);
  const auto comparison = compare_predictions(labels, baseline, candidate, kTen);
  EXPECT_EQ(comparison.accuracy.difference.value, 0.0);
  EXPECT_FALSE(comparison.accuracy.worse);
  EXPECT_TRUE(comparison.worse);
  EXPECT_TRUE(comparison.recalls[3].worse);
  EXPECT_DOUBLE_EQ(comparison.recalls[3].difference.value, -0.1);
  EXPECT_FALSE(comparison.recalls[0].worse);
}

// Equal quality: two models each misclassify image i with the same chance, up to 1/2 for 400 of
// 2,000 images. At most 5 % may be flagged; of 1,000 pairs 1 % or less are expected, and 30 would
// be 6 standard deviations above that.
TEST(ComparePredictions, RarelyFlagsEqualModels) {
  const auto labels = cycling(2000);
  Rng rng(test_seed(), Stream::kTest, 34);
  int flagged = 0;
  for (int pair = 0; pair < 1000; ++pair) {
    auto baseline = labels;
    auto candidate = labels;
    for (std::size_t i = 0; i < 400; ++i) {
      const double chance = static_cast<double>(i) / 800.0;
      if (rng.uniform() < chance) mistake(baseline, i);
      if (rng.uniform() < chance) mistake(candidate, i);
    }
    flagged += compare_predictions(labels, baseline, candidate, kTen).worse ? 1 : 0;
  }
  EXPECT_LE(flagged, 30);
}

// A model is worse if the loss has a probability below one percent by chance. By hand, for n lost
// and none gained: 2 / 2^n, so 7 of them are not enough. A recall counts once for each class
// (Holm), so for two classes 8 are not enough for it.
TEST(ComparePredictions, CallsAModelWorseBelowOnePercent) {
  const Labels labels(20, 0);
  const auto without = [&](std::size_t lost) {
    auto candidate = labels;
    for (std::size_t i = 0; i < lost; ++i) mistake(candidate, i);
    return compare_predictions(labels, labels, candidate, {"a", "b"});
  };
  const auto seven = without(7);
  EXPECT_NEAR(seven.accuracy.p, 2.0 / 128.0, 1e-12);
  EXPECT_FALSE(seven.worse);
  const auto eight = without(8);
  EXPECT_NEAR(eight.accuracy.p, 2.0 / 256.0, 1e-12);
  EXPECT_TRUE(eight.worse);
  EXPECT_TRUE(eight.accuracy.worse);
  EXPECT_NEAR(eight.recalls[0].p, 4.0 / 256.0, 1e-12);
  EXPECT_FALSE(eight.recalls[0].worse);
  EXPECT_EQ(eight.recalls[1].p, 1.0);
  const auto nine = without(9);
  EXPECT_NEAR(nine.recalls[0].p, 4.0 / 512.0, 1e-12);
  EXPECT_TRUE(nine.recalls[0].worse);
  EXPECT_FALSE(nine.recalls[1].worse);
}

}  // namespace
}  // namespace digits
