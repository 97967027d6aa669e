#include "metrics/calibration.h"

#include "support/testing.h"

namespace digits {
namespace {

// Without samples the error is zero, and every bin has zero samples.
TEST(CalibrationError, OfNoSamplesIsZero) {
  const auto bins = reliability({}, 4);
  ASSERT_EQ(bins.size(), 4U);
  EXPECT_EQ(bins[2].accuracy.n, 0U);
  EXPECT_EQ(bins[2].accuracy.high, 1.0);
  EXPECT_EQ(bins[2].confidence, 0.0);
  EXPECT_EQ(calibration_error(bins), 0.0);
}

// With one sample the error is that sample's gap.
TEST(CalibrationError, OfOneSampleIsItsGap) {
  EXPECT_DOUBLE_EQ(calibration_error(reliability({{0.75, true}})), 0.25);
  EXPECT_DOUBLE_EQ(calibration_error(reliability({{0.75, false}})), 0.75);
  EXPECT_DOUBLE_EQ(calibration_error(reliability({{1.0, true}})), 0.0);
}

// Bins are (low, high]: an edge belongs to the bin below it, 0 to the first bin, 1 to the last.
TEST(Reliability, EdgesBelongToTheBinBelow) {
  const auto bins =
      reliability({{0.0, false}, {0.25, true}, {0.5, true}, {0.5625, true}, {1.0, true}}, 4);
  EXPECT_EQ(bins[0].accuracy.n, 2U);
  EXPECT_EQ(bins[1].accuracy.n, 1U);
  EXPECT_EQ(bins[2].accuracy.n, 1U);
  EXPECT_EQ(bins[3].accuracy.n, 1U);
  EXPECT_EQ(bins[1].low, 0.25);
  EXPECT_EQ(bins[1].high, 0.5);
}

// Two bins. Below: 0.375 and 0.5, one right: |0.5 - 0.4375|. Above: 0.75, 0.75, 1, two right: |2/3
// - 2.5/3|. By samples: (2 * 0.0625 + 3 * 0.5/3) / 5 = 0.125. Gaps of both signs are added.
TEST(CalibrationError, MatchesHandCalculation) {
  const auto bins =
      reliability({{0.375, true}, {0.5, false}, {0.75, true}, {0.75, false}, {1.0, true}}, 2);
  EXPECT_DOUBLE_EQ(bins[0].confidence, 0.4375);
  EXPECT_DOUBLE_EQ(bins[0].accuracy.value, 0.5);
  EXPECT_DOUBLE_EQ(bins[1].confidence, 2.5 / 3.0);
  EXPECT_NEAR(calibration_error(bins), 0.125, 1e-12);
}

// A sample of weight w counts as w copies.
TEST(CalibrationError, CountsWeights) {
  const std::vector<Confidence> samples{{0.375, true}, {0.75, false}, {0.875, true}};
  const std::vector<Confidence> copies{{0.375, true}, {0.375, true}, {0.875, true}};
  EXPECT_DOUBLE_EQ(calibration_error(reliability(samples, 3, {2, 0, 1})),
                   calibration_error(reliability(copies, 3)));
}

// Certain and right costs 0, certain and wrong 2; a quarter on each of four costs 9/16 + 3/16.
TEST(Brier, MatchesHandCalculation) {
  EXPECT_THAT(brier_scores({1, 0, 0, 1, 0, 1}, {0, 0, 1}, 2), testing::ElementsAre(0.0, 2.0, 0.0));
  EXPECT_THAT(brier_scores({0.25, 0.25, 0.25, 0.25}, {3}, 4), testing::ElementsAre(0.75));
  EXPECT_TRUE(brier_scores({}, {}, 4).empty());
}

// The confidence is the predicted class's probability, for right and wrong predictions.
TEST(Confidences, AreProbabilitiesOfThePredictedClass) {
  const auto samples = confidences({0.75, 0.25, 0.125, 0.875}, {1, 1}, {0, 1}, 2);
  EXPECT_EQ(samples[0].probability, 0.75);
  EXPECT_FALSE(samples[0].right);
  EXPECT_EQ(samples[1].probability, 0.875);
  EXPECT_TRUE(samples[1].right);
}

}  // namespace
}  // namespace digits
