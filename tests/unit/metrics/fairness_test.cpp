#include "metrics/fairness.h"

#include "support/testing.h"

namespace digits {
namespace {

const std::vector<std::string> kAB{"a", "b"};

// Without samples or slices nothing is claimed, and no worst slice is named.
TEST(Fairness, OfNoSamplesClaimsNothing) {
  const auto none = assess_fairness({}, {}, kAB, {{"size", {}}, {"ink", {{"light", {}}}}});
  EXPECT_EQ(none.worst_slice, "");
  EXPECT_EQ(none.groups[0].gap.n, 0U);
  EXPECT_EQ(none.groups[0].worst, 0U);
  EXPECT_EQ(none.groups[1].slices[0].accuracy.n, 0U);
  EXPECT_FALSE(none.groups[1].equalised_odds);
}

// A slice without samples is neither the worst nor part of a gap. A single slice has no gap.
TEST(Fairness, IgnoresEmptySlices) {
  const SliceGroup group{"size", {{"none", {}}, {"all", {0, 1}}}};
  const auto fairness = assess_fairness({0, 1}, {0, 0}, kAB, {group});
  EXPECT_EQ(fairness.worst_slice, "all");
  EXPECT_EQ(fairness.groups[0].worst, 1U);
  EXPECT_EQ(fairness.groups[0].gap.n, 0U);
  EXPECT_EQ(fairness.groups[0].gap.high, 1.0);
}

// Slices x and y of five samples each, by hand. x: a a a b b predicted as a a b b b; y: the same
// labels predicted as a b b b a. Accuracies 4/5 and 2/5. Recall of a is 2/3 and 1/3; b is predicted
// as a 0 of 2 times and 1 of 2: the largest gap. Share predicted as a: 2/5 and 2/5, ratio 1.
TEST(Fairness, MatchesHandCalculation) {
  const std::vector<std::uint8_t> labels{0, 0, 0, 1, 1, 0, 0, 0, 1, 1};
  const std::vector<std::uint8_t> predictions{0, 0, 1, 1, 1, 0, 1, 1, 1, 0};
  const SliceGroup group{"side", {{"x", {0, 1, 2, 3, 4}}, {"y", {5, 6, 7, 8, 9}}}};
  const auto fairness = assess_fairness(labels, predictions, kAB, {group});
  const auto& side = fairness.groups[0];
  EXPECT_DOUBLE_EQ(side.slices[0].accuracy.value, 0.8);
  EXPECT_DOUBLE_EQ(side.slices[1].accuracy.value, 0.4);
  EXPECT_EQ(side.slices[1].accuracy.n, 5U);
  EXPECT_DOUBLE_EQ(side.gap.value, 0.4);
  EXPECT_EQ(side.gap.low, 0.0);  // five samples each prove no gap
  EXPECT_EQ(fairness.worst_factor, "side");
  EXPECT_EQ(fairness.worst_slice, "y");
  ASSERT_TRUE(side.equalised_odds && side.disparate_impact);
  EXPECT_EQ(side.equalised_odds->class_name, "a");
  EXPECT_DOUBLE_EQ(side.equalised_odds->value.value, 0.5);
  EXPECT_EQ(side.equalised_odds->value.n, 4U);
  EXPECT_DOUBLE_EQ(side.disparate_impact->value.value, 1.0);
}

// A model that predicts only b in slice y: a is predicted in x only, and the ratio is 0. False
// positives of b: 0 of 2 and 2 of 2, a gap as large as the recall of a, whose class comes first.
TEST(Fairness, ImpactIsZeroForAClassNeverPredicted) {
  const SliceGroup group{"side", {{"x", {0, 1, 2}}, {"y", {3, 4, 5}}}};
  const auto fairness = assess_fairness({0, 0, 1, 0, 0, 1}, {0, 0, 1, 1, 1, 1}, kAB, {group});
  const auto& side = fairness.groups[0];
  EXPECT_EQ(side.disparate_impact->class_name, "a");
  EXPECT_EQ(side.disparate_impact->value.value, 0.0);
  EXPECT_EQ(side.disparate_impact->value.low, 0.0);
  EXPECT_GT(side.disparate_impact->value.high, 0.0);
  EXPECT_EQ(side.equalised_odds->value.value, 1.0);
  EXPECT_EQ(side.equalised_odds->class_name, "a");
}

// Without mistakes no slice differs, and 4 images of class a in x prove less than its 6 in y: the
// interval is that of the smallest slices. By hand: Wilson's ends of 4 of 4 and 6 of 6 are 4 /
// 7.841459 = 0.510109 and 6 / 9.841459 = 0.609666; low against high the difference reaches 1 -
// 0.510109.
TEST(Fairness, IsUncertainWithoutMistakes) {
  const std::vector<std::uint8_t> labels{0, 0, 0, 0, 1, 1, 1, 1, 1, 0,
                                         0, 0, 0, 0, 0, 1, 1, 1, 1, 1};
  const SliceGroup group{
      "side",
      {{"x", {0, 1, 2, 3, 4, 5, 6, 7, 8}}, {"y", {9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19}}}};
  const auto side = assess_fairness(labels, labels, kAB, {group}).groups[0];
  const auto& odds = side.equalised_odds;
  ASSERT_TRUE(odds && side.disparate_impact);
  EXPECT_NEAR(side.disparate_impact->value.value, (4.0 / 9.0) / (6.0 / 11.0), 1e-12);
  EXPECT_EQ(side.disparate_impact->value.high, 1.0);  // the smallest share over the largest
  EXPECT_EQ(odds->value.value, 0.0);
  EXPECT_EQ(odds->class_name, "a");
  EXPECT_EQ(odds->value.n, 10U);
  EXPECT_NEAR(odds->value.high, 1.0 - 0.510109, 1e-6);
  EXPECT_EQ(odds->value.low, 0.0);
}

// On a tie the first one is named: half of each slice is predicted as a, half as b, and the slices
// of two factors have the same accuracy.
TEST(Fairness, NamesTheFirstOnATie) {
  const std::vector<Slice> halves{{"x", {0, 1}}, {"y", {2, 3}}};
  const auto fairness =
      assess_fairness({0, 1, 0, 1}, {0, 1, 0, 1}, kAB, {{"side", halves}, {"size", halves}});
  const auto& side = fairness.groups[0];
  ASSERT_TRUE(side.equalised_odds && side.disparate_impact);
  EXPECT_EQ(side.equalised_odds->class_name, "a");
  EXPECT_EQ(side.disparate_impact->class_name, "a");
  EXPECT_EQ(side.worst, 0U);
  EXPECT_EQ(fairness.worst_factor, "side");
  EXPECT_EQ(fairness.worst_slice, "x");
}

// Slices by class: recalls. No class is in two slices, so equalised odds do not exist.
TEST(Fairness, ByClassIsRecall) {
  const auto fairness =
      assess_fairness({0, 0, 1, 1}, {0, 0, 1, 0}, kAB, {class_slices({0, 0, 1, 1}, kAB)});
  EXPECT_EQ(fairness.worst_slice, "b");
  EXPECT_DOUBLE_EQ(fairness.groups[0].gap.value, 0.5);
  EXPECT_FALSE(fairness.groups[0].equalised_odds);
  EXPECT_FALSE(fairness.groups[0].disparate_impact);
  const Json json = fairness;
  EXPECT_EQ(json["worst"]["slice"], "b");
  EXPECT_TRUE(json["factors"][0]["equalised_odds"].is_null());
}

std::vector<std::uint32_t> samples_of(const SliceGroup& group, const std::string& name) {
  for (const auto& slice : group.slices) {
    if (slice.name == name) return slice.samples;
  }
  return {};
}

// Thirds of each class separately: class 1 has larger values, and is in every slice.
TEST(Thirds, AreTakenWithinAClass) {
  const auto group = thirds("size", {"small", "medium", "large"}, {3, 1, 2, 30, 10, 20, 15, 25, 5},
                            {0, 0, 0, 1, 1, 1, 1, 1, 1});
  EXPECT_THAT(samples_of(group, "small"), testing::ElementsAre(1, 4, 8));
  EXPECT_THAT(samples_of(group, "medium"), testing::ElementsAre(2, 5, 6));
  EXPECT_THAT(samples_of(group, "large"), testing::ElementsAre(0, 3, 7));
}

// Equal values stay in one slice. Empty slices are omitted.
TEST(Thirds, KeepTiesTogether) {
  const auto group = thirds("size", {"s", "m", "l"}, {1, 1, 1, 2}, {0, 0, 0, 0});
  EXPECT_THAT(samples_of(group, "s"), testing::ElementsAre(0, 1, 2));
  EXPECT_THAT(samples_of(group, "l"), testing::ElementsAre(3));
  EXPECT_EQ(group.slices.size(), 2U);
  EXPECT_TRUE(thirds("size", {"s", "m", "l"}, {}, {}).slices.empty());
}

}  // namespace
}  // namespace digits
