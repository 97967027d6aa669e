#include "metrics/classification.h"

#include <cmath>

#include "support/testing.h"

namespace digits {
namespace {

// A class that never occurs and is never predicted: 0 out of 0, not a division by zero.
TEST(ClassMetrics, AreUnknownForAnAbsentClass) {
  const auto metrics = class_metrics({{3, 0}, {0, 0}}, {"a", "b"});
  EXPECT_EQ(metrics[1].recall.n, 0U);
  EXPECT_EQ(metrics[1].precision.n, 0U);
  EXPECT_EQ(metrics[1].f1, 0.0);
}

// Rows are the truth. Class a: 3 of 4 found, 3 of 5 predictions right.
TEST(ClassMetrics, MatchHandCalculation) {
  const auto metrics = class_metrics({{3, 1}, {2, 4}}, {"a", "b"});
  EXPECT_DOUBLE_EQ(metrics[0].recall.value, 0.75);
  EXPECT_DOUBLE_EQ(metrics[0].precision.value, 0.6);
  EXPECT_DOUBLE_EQ(metrics[0].f1, 2.0 * 0.75 * 0.6 / 1.35);
  EXPECT_EQ(metrics[0].recall.n, 4U);
  EXPECT_EQ(metrics[0].precision.n, 5U);
}

TEST(ConfusionMatrix, HasTruthInRows) {
  const auto confusion = confusion_matrix({0, 0, 1}, {0, 1, 1}, 2);
  EXPECT_THAT(confusion[0], testing::ElementsAre(1, 1));
  EXPECT_THAT(confusion[1], testing::ElementsAre(0, 1));
}

// Each row separately, and the first of equal values.
TEST(ArgmaxRows, TakesTheFirstOfTies) {
  EXPECT_THAT(argmax_rows({1, 3, 3, 9, 0, 0, 0, 0, 0}, 3), testing::ElementsAre(1, 0, 0));
}

// Equal logits over k classes cost ln k.
TEST(CrossEntropy, OfEqualLogitsIsLogOfClasses) {
  EXPECT_NEAR(cross_entropy({5, 5, 5, 5}, {2}, 4), std::log(4.0), 1e-12);
}

// Two classes, logits 0 and ln 3: probabilities 1/4 and 3/4; mean of -ln 1/4 and -ln 3/4.
TEST(CrossEntropy, MatchesHandCalculation) {
  const float ln3 = std::log(3.0F);
  const double expected = (std::log(4.0) + std::log(4.0 / 3.0)) / 2.0;
  EXPECT_NEAR(cross_entropy({0, ln3, 0, ln3}, {0, 1}, 2), expected, 1e-7);  // float logits
}

// exp(1000) overflows; the loss of a confident mistake is still its margin.
TEST(CrossEntropy, IsFiniteForHugeLogits) {
  EXPECT_NEAR(cross_entropy({1000, 0}, {1}, 2), 1000.0, 1e-9);
  EXPECT_NEAR(cross_entropy({1000, 0}, {0}, 2), 0.0, 1e-9);
}

TEST(Softmax, MatchesHandCalculationWithoutOverflow) {
  const auto p = softmax_rows({0, std::log(3.0F), 1000, 1000}, 2);
  EXPECT_NEAR(p[0], 0.25, 1e-7);
  EXPECT_NEAR(p[1], 0.75, 1e-7);
  EXPECT_NEAR(p[2], 0.5, 1e-12);
}

// Without samples the accuracy is unknown.
TEST(TopK, OfNoSamplesIsUnknown) { EXPECT_EQ(top_k_accuracy({}, {}, 3, 2).n, 0U); }
TEST(TopK, OfAllClassesIsOne) { EXPECT_EQ(top_k_accuracy({3, 2, 1}, {2}, 3, 3).value, 1.0); }

// Labels rank 1st, 2nd and 3rd; k = 1 is the accuracy.
TEST(TopK, MatchesHandCalculation) {
  const std::vector<float> logits{3, 2, 1, 3, 2, 1, 3, 2, 1};
  EXPECT_DOUBLE_EQ(top_k_accuracy(logits, {0, 1, 2}, 3, 1).value, 1.0 / 3.0);
  EXPECT_DOUBLE_EQ(top_k_accuracy(logits, {0, 1, 2}, 3, 2).value, 2.0 / 3.0);
  EXPECT_EQ(top_k_accuracy(logits, {0, 1, 2}, 3, 2).n, 3U);
}

// A model with equal logits for all classes predicts the first: ties have different ranks.
TEST(TopK, GivesTiedClassesDifferentRanks) {
  const std::vector<float> logits(9, 0.5F);
  EXPECT_DOUBLE_EQ(top_k_accuracy(logits, {0, 1, 2}, 3, 1).value, 1.0 / 3.0);
  EXPECT_DOUBLE_EQ(top_k_accuracy(logits, {0, 1, 2}, 3, 2).value, 2.0 / 3.0);
}

// A class that neither occurs nor is predicted is not part of the mean. A class that occurs but is
// never predicted counts as 0.
TEST(MacroMetrics, AverageOccurringClasses) {
  const auto macro =
      macro_metrics(class_metrics({{2, 0, 0}, {1, 0, 0}, {0, 0, 0}}, {"a", "b", "c"}));
  EXPECT_DOUBLE_EQ(macro.recall, 0.5);
  EXPECT_DOUBLE_EQ(macro.precision, (2.0 / 3.0 + 0.0) / 2.0);
  EXPECT_DOUBLE_EQ(macro.f1, 0.8 / 2.0);
  EXPECT_EQ(macro_metrics(class_metrics({{0}}, {"a"})).f1, 0.0);
}

// 90 of 90 and 5 of 10: accuracy, the micro mean, is 0.95; the macro mean weights each class
// equally. F1 is the mean of 180/185 and 10/15, not the harmonic mean of macro precision and
// recall.
TEST(MacroMetrics, WeightClassesEqually) {
  const auto macro = macro_metrics(class_metrics({{90, 0}, {5, 5}}, {"a", "b"}));
  EXPECT_DOUBLE_EQ(macro.recall, 0.75);
  EXPECT_DOUBLE_EQ(macro.precision, (90.0 / 95.0 + 1.0) / 2.0);
  EXPECT_DOUBLE_EQ(macro.f1, (180.0 / 185.0 + 10.0 / 15.0) / 2.0);
}

// A sample of weight w counts as w copies.
TEST(ConfusionMatrix, CountsWeights) {
  EXPECT_THAT(confusion_matrix({0, 0, 1}, {0, 1, 1}, 2, {3, 0, 2}),
              testing::ElementsAre(testing::ElementsAre(3, 0), testing::ElementsAre(0, 2)));
}

}  // namespace
}  // namespace digits
