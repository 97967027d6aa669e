#include "behaviour/attribution.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "support/rank_agreement.h"
#include "support/testing.h"

namespace digits {
namespace {

// Two images of 6 x 6 with ink in the corner pixel: with its margin 4 of 36 pixels.
Dataset corners() {
  auto set = random_dataset(2, 6, 6);
  std::fill(set.images.begin(), set.images.end(), std::uint8_t{0});
  set.images[0] = set.images[36] = 255;
  return set;
}

// Attributions on ink only, spread evenly, and outside ink only: 1, the share of the area, 0, minus
// the share of the area. Signs do not matter, and zero attributions are not on ink.
TEST(ExcessOnInk, SubtractsTheShareOfTheArea) {
  const double area = 4.0 / 36.0;
  const auto excess = [&](const std::vector<std::pair<int, float>>& values, float rest) {
    Attributions attributions{std::vector<float>(72, rest), {}};
    for (const auto& [pixel, value] : values) {
      attributions.maps[pixel] = attributions.maps[36 + pixel] = value;
    }
    return excess_on_ink(corners(), attributions).value;
  };
  EXPECT_NEAR(excess({{0, -3.0F}, {7, 1.0F}}, 0.0F), 1.0 - area, 1e-9);
  EXPECT_NEAR(excess({}, 0.5F), 0.0, 1e-9);
  EXPECT_NEAR(excess({{35, -2.0F}}, 0.0F), -area, 1e-9);
  EXPECT_NEAR(excess({{0, 1.0F}, {35, -3.0F}}, 0.0F), 0.25 - area, 1e-9);
  EXPECT_NEAR(excess({}, 0.0F), -area, 1e-9);
}

// Sums of 2 and -3 where 2 and -4 were due: errors 0 and 1/4; where the difference is below 1 the
// error is absolute.
TEST(CompletenessError, IsRelativeToTheDifference) {
  EXPECT_NEAR(completeness_error({{1.5F, 0.5F, -1.0F, -2.0F}, {2.0F, -4.0F}}).value, 0.125, 1e-6);
  EXPECT_NEAR(completeness_error({{0.1F, 0.1F, 0.0F, 0.0F}, {0.1F, 0.0F}}).value, 0.05, 1e-6);
  EXPECT_EQ(completeness_error({}).n, 0U);
}

// By hand: minus their mean, the ranks are -3/2, 0, 0, 3/2 (ties share a rank) and -3/2, 1/2, -1/2,
// 3/2; 9/2 over the root of 9/2 * 5. Constant values have correlation 0.
TEST(RankCorrelation, MatchesHandCalculationWithTies) {
  EXPECT_NEAR(rank_correlation({1, 20, 20, 400}, {7, 9, 8, 10}), 4.5 / std::sqrt(22.5), 1e-12);
  EXPECT_DOUBLE_EQ(rank_correlation({3, 1, 2}, {-1, -9, -8}), 1.0);
  EXPECT_DOUBLE_EQ(rank_correlation({1, 2, 3}, {5, 4, 0}), -1.0);
  EXPECT_EQ(rank_correlation({2, 2, 2}, {1, 2, 3}), 0.0);
  EXPECT_EQ(rank_correlation({}, {}), 0.0);
}

// Magnitudes are compared: the same order with other signs agrees, and the reverse order disagrees.
TEST(RankAgreement, ComparesMagnitudes) {
  auto set = random_dataset(2, 1, 3);
  const Attributions a{{1.0F, -2.0F, 3.0F, 1.0F, 2.0F, 3.0F}, {}};
  const Attributions b{{-10.0F, 20.0F, -90.0F, 1.0F, 2.0F, 3.0F}, {}};
  const Attributions c{{3.0F, 2.0F, 1.0F, 9.0F, -8.0F, 1.0F}, {}};
  EXPECT_DOUBLE_EQ(rank_agreement(set, a, b).value, 1.0);
  EXPECT_DOUBLE_EQ(rank_agreement(set, a, c).value, -1.0);
}

}  // namespace
}  // namespace digits
