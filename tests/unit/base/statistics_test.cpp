#include "base/statistics.h"

#include <cmath>

#include "support/testing.h"

namespace digits {
namespace {

// Without observations nothing is known.
TEST(Proportion, OfNoObservationsSpansTheWholeInterval) {
  const auto p = proportion(0, 0);
  EXPECT_EQ(p.value, 0.0);
  EXPECT_EQ(p.low, 0.0);
  EXPECT_EQ(p.high, 1.0);
  EXPECT_EQ(p.n, 0U);
}

// By hand for 8 of 10: z^2 = 3.841459, centre (0.8 + 0.192073) / 1.384146 = 0.716740,
// half width 1.959964 * sqrt(0.016 + 0.00960365) / 1.384146 = 0.226578.
TEST(Proportion, GivesTheWilsonInterval) {
  const auto p = proportion(8, 10);
  EXPECT_DOUBLE_EQ(p.value, 0.8);
  EXPECT_NEAR(p.low, 0.490162, 1e-6);
  EXPECT_NEAR(p.high, 0.943318, 1e-6);
}

// 10 right of 10 do not prove that mistakes are impossible: low = 1 / (1 + z^2 / 10).
TEST(Proportion, OfAllSuccessesRemainsUncertain) {
  const auto p = proportion(10, 10);
  EXPECT_NEAR(p.low, 1.0 / 1.3841459, 1e-6);
  EXPECT_NEAR(p.high, 1.0, 1e-12);
}

TEST(Proportion, IntervalShrinksWithN) {
  const auto few = proportion(90, 100);
  const auto many = proportion(9000, 10000);
  EXPECT_LT(many.high - many.low, (few.high - few.low) / 5.0);
}

// Newcombe's own example, 56 of 70 against 48 of 80 (1998, table II, method 10): 0.0524 to 0.3339.
TEST(Difference, MatchesNewcombesExample) {
  const auto gap = difference(proportion(56, 70), proportion(48, 80));
  EXPECT_NEAR(gap.value, 0.2, 1e-12);
  EXPECT_NEAR(gap.low, 0.0524, 5e-5);
  EXPECT_NEAR(gap.high, 0.3339, 5e-5);
  EXPECT_EQ(gap.n, 150U);
}

// By the formula, for [0.1, 0.4] around 0.2 over [0.3, 0.7] around 0.5: products 0.1,
// 0.1 * 0.3 * 0.7 * 0.3 = 0.0063 and 0.4 * 0 * 0.3 * 0.7 = 0, so
// low = (0.1 - sqrt(0.0037)) / 0.21 and high = (0.1 + 0.1) / 0.21.
TEST(Ratio, MatchesHandCalculation) {
  const auto part = ratio({0.2, 0.1, 0.4, 10}, {0.5, 0.3, 0.7, 20});
  EXPECT_NEAR(part.value, 0.4, 1e-12);
  EXPECT_NEAR(part.low, (0.1 - std::sqrt(0.0037)) / 0.21, 1e-12);
  EXPECT_NEAR(part.high, 0.2 / 0.21, 1e-12);
  EXPECT_EQ(part.n, 30U);
}

// Zero over a positive value is 0 with an upper bound above 0. Where b.high is twice b there is no
// division by zero.
TEST(Ratio, IsDefinedAtTheEdges) {
  const auto none = ratio(proportion(0, 20), proportion(10, 20));
  EXPECT_EQ(none.value, 0.0);
  EXPECT_EQ(none.low, 0.0);
  EXPECT_GT(none.high, 0.1);
  EXPECT_LT(none.high, 1.0);
  const auto edge = ratio({0.2, 0.1, 0.4, 10}, {0.25, 0.1, 0.5, 10});
  EXPECT_NEAR(edge.low, 0.1 * 0.3 / 0.1, 1e-12);
}

// By hand for four values: mean 0.985; squared deviations 25 + 1 + 1 + 25 = 52e-6 / 4, so that
// stddev = sqrt(1.3e-5 * 4 / 3) = 0.00416333; the 97.5 % point of t with 3 degrees of freedom is
// 3.182446 (any table), half the interval 3.182446 * 0.00416333 / 2 = 0.00662479.
TEST(MeanWithin, GivesStudentsTInterval) {
  const auto mean = mean_within({0.980, 0.984, 0.986, 0.990}, 0.0, 1.0);
  EXPECT_NEAR(mean.value, 0.985, 1e-12);
  EXPECT_NEAR(mean.low, 0.985 - 0.00662479, 1e-8);
  EXPECT_NEAR(mean.high, 0.985 + 0.00662479, 1e-8);
  EXPECT_EQ(mean.n, 4U);
}

// One value has no spread, so the interval is the whole range.
TEST(MeanWithin, OfFewerThanTwoSpansTheWholeInterval) {
  const auto one = mean_within({0.99}, 0.0, 1.0);
  EXPECT_EQ(one.value, 0.99);
  EXPECT_EQ(one.low, 0.0);
  EXPECT_EQ(one.high, 1.0);
  EXPECT_EQ(mean_within({}, 0.0, 1.0).n, 0U);
}

// A share is never above one, even with a wide interval: with 1 degree of freedom t is 12.7.
TEST(MeanWithin, IntervalEndsAtOne) {
  EXPECT_EQ(mean_within({0.98, 1.0}, 0.0, 1.0).high, 1.0);
  EXPECT_GT(mean_within({0.98, 1.0}, 0.0, 1.0).low, 0.85);
}

// Differences may be negative. One value gives the whole range.
TEST(MeanWithin, StaysWithinTheGivenRange) {
  EXPECT_EQ(mean_within({-0.9, 0.1}, -1.0, 1.0).high, 1.0);
  EXPECT_EQ(mean_within({-0.9, 0.1}, -1.0, 1.0).low, -1.0);
  EXPECT_EQ(mean_within({0.5}, -1.0, 1.0).low, -1.0);
  EXPECT_EQ(mean_within({}, -1.0, 1.0).n, 0U);
}

// Equal values have no spread, yet a few of them prove little. By hand for three: z^2 = 3.841459,
// so a share of 3.841459 / 6.841459 = 0.561497 may be unseen, with any value from -1 to 1.
TEST(MeanWithin, OfEqualValuesIsUncertain) {
  const auto three = mean_within({-0.5, -0.5, -0.5}, -1.0, 1.0);
  EXPECT_DOUBLE_EQ(three.value, -0.5);
  EXPECT_NEAR(three.low, -0.5 - 0.561497 * 0.5, 1e-6);
  EXPECT_NEAR(three.high, -0.5 + 0.561497 * 1.5, 1e-6);
}

// At the ends of the range the interval is Wilson's for a proportion of 1 or 0.
TEST(EqualValuesInterval, EqualsWilsonsIntervalAtTheEnds) {
  const auto all = equal_values_interval(1.0, 0.0, 1.0, 36);
  EXPECT_DOUBLE_EQ(all.low, proportion(36, 36).low);
  EXPECT_EQ(all.high, 1.0);
  EXPECT_EQ(all.n, 36U);
  EXPECT_DOUBLE_EQ(equal_values_interval(0.0, 0.0, 1.0, 36).high, proportion(0, 36).high);
}

// By hand, unsorted: deviations from the mean of 3 are -2, -1, 1, 2, squares sum to 10, over 3.
TEST(Spread, MatchesHandCalculation) {
  const auto even = spread({5.0, 1.0, 4.0, 2.0});
  EXPECT_EQ(even.median, 3.0);
  EXPECT_EQ(even.min, 1.0);
  EXPECT_EQ(even.max, 5.0);
  EXPECT_EQ(even.mean, 3.0);
  EXPECT_DOUBLE_EQ(even.stddev, std::sqrt(10.0 / 3.0));
  EXPECT_EQ(even.n, 4U);
  EXPECT_EQ(spread({9.0, 1.0, 2.0}).median, 2.0);
}

// One value has no deviation. Without values every number is zero.
TEST(Spread, OfFewerThanTwoValuesIsZero) {
  const Json one = spread({7.0});
  EXPECT_EQ(
      one,
      (Json{
          {"median", 7.0}, {"min", 7.0}, {"max", 7.0}, {"mean", 7.0}, {"stddev", 0.0}, {"n", 1}}));
  const Json none = spread({});
  EXPECT_EQ(
      none,
      (Json{
          {"median", 0.0}, {"min", 0.0}, {"max", 0.0}, {"mean", 0.0}, {"stddev", 0.0}, {"n", 0}}));
  const Json unknown = Quantity{};
  EXPECT_EQ(unknown, (Json{{"value", 0.0}, {"low", 0.0}, {"high", 0.0}, {"n", 0}}));
}

// The JSON form of a measured quantity in every document.
TEST(Quantity, RoundTripsThroughJson) {
  const Json json = proportion(3, 7);
  const auto back = json.get<Quantity>();
  EXPECT_EQ(json.size(), 4U);
  EXPECT_EQ(back.value, proportion(3, 7).value);
  EXPECT_EQ(back.low, proportion(3, 7).low);
  EXPECT_EQ(back.high, proportion(3, 7).high);
  EXPECT_EQ(back.n, 7U);
}

}  // namespace
}  // namespace digits
