#include "metrics/baselines.h"

#include "support/testing.h"

namespace digits {
namespace {

// Images of two pixels, given one by one with their labels.
Dataset pixels(const std::vector<std::uint8_t>& images, const std::vector<std::uint8_t>& labels) {
  return {{1, 2, 1, numbered_class_names(3)}, images, labels};
}

// Without test images the accuracies are unknown, and no model leads an unknown baseline.
TEST(Baselines, AreUnknownWithoutTestImages) {
  const auto baselines = evaluate_baselines(pixels({0, 0}, {0}), pixels({}, {}), 1);
  ASSERT_EQ(baselines.size(), 2U);
  EXPECT_EQ(baselines[1].accuracy.n, 0U);
  EXPECT_LE(lead(proportion(100, 100), baselines[1].accuracy).low, 0.0);
}

TEST(MajorityClass, IsTheFirstOnATie) {
  EXPECT_EQ(majority_class(pixels({0, 0, 0, 0, 0, 0}, {2, 1, 2})), 2);
  EXPECT_EQ(majority_class(pixels({0, 0, 0, 0}, {2, 1})), 1);
}

// Means by hand: class 0 (10, 0), class 2 (100, 200); class 1 has no training image, and its black
// "mean" would be nearest to the first image. The last image has equal distances.
TEST(NearestClassMean, MatchesHandCalculation) {
  const auto training = pixels({0, 0, 20, 0, 100, 200}, {0, 0, 2});
  const auto test = pixels({0, 0, 90, 190, 255, 255, 55, 100}, {1, 2, 2, 2});
  EXPECT_THAT(nearest_class_mean(training, test, 2), testing::ElementsAre(0, 2, 2, 0));
}

// On their test set: the majority (0) is right once in four, the nearest mean twice.
TEST(Baselines, AreMeasuredOnTheTestSet) {
  const auto training = pixels({0, 0, 20, 0, 100, 200}, {0, 0, 2});
  const auto test = pixels({0, 0, 90, 190, 255, 255, 55, 100}, {0, 2, 1, 2});
  const auto baselines = evaluate_baselines(training, test, 1);
  EXPECT_EQ(baselines[0].name, "majority_class");
  EXPECT_DOUBLE_EQ(baselines[0].accuracy.value, 0.25);
  EXPECT_EQ(baselines[1].name, "nearest_class_mean");
  EXPECT_DOUBLE_EQ(baselines[1].accuracy.value, 0.5);
  EXPECT_EQ(Json(baselines).get<std::vector<Baseline>>()[1].accuracy.value, 0.5);
}

// Intervals of 95 and 90 of 100 overlap; of 950 and 900 of 1000 they do not.
TEST(Lead, IsPositiveForDisjointIntervals) {
  EXPECT_LT(lead(proportion(95, 100), proportion(90, 100)).low, 0.0);
  EXPECT_GT(lead(proportion(950, 1000), proportion(900, 1000)).low, 0.0);
  const auto by_hand = lead({0.9, 0.8, 0.95, 100}, {0.5, 0.4, 0.7, 50});
  EXPECT_DOUBLE_EQ(by_hand.value, 0.4);
  EXPECT_DOUBLE_EQ(by_hand.low, 0.8 - 0.7);
  EXPECT_DOUBLE_EQ(by_hand.high, 0.95 - 0.4);
  EXPECT_EQ(by_hand.n, 50U);
}

}  // namespace
}  // namespace digits
