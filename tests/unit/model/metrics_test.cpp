#include "model/metrics.h"

#include <cmath>

#include "support/testing.h"

namespace digits {
namespace {

// The degenerate cases first: they are where metrics go wrong.
TEST(Evaluate, OfNoSamplesClaimsNothing) {
  const auto evaluation = evaluate_logits({}, {}, {"a", "b"});
  EXPECT_EQ(evaluation.accuracy.n, 0U);
  EXPECT_EQ(evaluation.accuracy.high, 1.0);
  EXPECT_EQ(evaluation.loss, 0.0);
  EXPECT_EQ(evaluation.per_class.size(), 2U);
}

// A class that is never there and never predicted: 0 out of 0, not a division by zero.
TEST(ClassMetrics, OfAnAbsentClassIsUnknown) {
  const auto metrics = class_metrics({{3, 0}, {0, 0}}, {"a", "b"});
  EXPECT_EQ(metrics[1].recall.n, 0U);
  EXPECT_EQ(metrics[1].precision.n, 0U);
  EXPECT_EQ(metrics[1].f1, 0.0);
}

// Rows are the truth. Class a: 3 of 4 found, 3 of 5 predictions right.
TEST(ClassMetrics, ByHand) {
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

// Each row by itself, and the first of equals.
TEST(ArgmaxRows, TakesTheFirstOfTies) {
  EXPECT_THAT(argmax_rows({1, 3, 3, 9, 0, 0, 0, 0, 0}, 3), testing::ElementsAre(1, 0, 0));
}

// Equal logits over k classes cost ln k.
TEST(CrossEntropy, OfEqualLogitsIsLogOfClasses) {
  EXPECT_NEAR(cross_entropy({5, 5, 5, 5}, {2}, 4), std::log(4.0), 1e-12);
}

// Two classes, logits 0 and ln 3: probabilities 1/4 and 3/4; mean of -ln 1/4 and -ln 3/4.
TEST(CrossEntropy, ByHand) {
  const float ln3 = std::log(3.0F);
  const double expected = (std::log(4.0) + std::log(4.0 / 3.0)) / 2.0;
  EXPECT_NEAR(cross_entropy({0, ln3, 0, ln3}, {0, 1}, 2), expected, 1e-7);  // float logits
}

// exp(1000) overflows; the loss of a confident mistake is still its margin.
TEST(CrossEntropy, SurvivesHugeLogits) {
  EXPECT_NEAR(cross_entropy({1000, 0}, {1}, 2), 1000.0, 1e-9);
  EXPECT_NEAR(cross_entropy({1000, 0}, {0}, 2), 0.0, 1e-9);
}

TEST(Softmax, ByHandAndWithoutOverflow) {
  const auto p = softmax_rows({0, std::log(3.0F), 1000, 1000}, 2);
  EXPECT_NEAR(p[0], 0.25, 1e-7);
  EXPECT_NEAR(p[1], 0.75, 1e-7);
  EXPECT_NEAR(p[2], 0.5, 1e-12);
}

// Four samples, three right.
TEST(Evaluate, PutsItTogether) {
  const auto evaluation = evaluate_logits({9, 0, 9, 0, 0, 9, 0, 9}, {0, 1, 1, 1}, {"zero", "one"});
  EXPECT_DOUBLE_EQ(evaluation.accuracy.value, 0.75);
  EXPECT_EQ(evaluation.accuracy.n, 4U);
  EXPECT_EQ(evaluation.confusion[1][0], 1U);
  const Json json = evaluation;
  EXPECT_EQ(json["per_class"][1]["class"], "one");
  EXPECT_TRUE(json.contains("accuracy") && json.contains("confusion") && json.contains("loss"));
}

}  // namespace
}  // namespace digits
