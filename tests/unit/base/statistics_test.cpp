#include "base/statistics.h"

#include "support/testing.h"

namespace digits {
namespace {

// No observation: nothing is known.
TEST(Proportion, OfNothingIsTheWholeInterval) {
  const auto p = proportion(0, 0);
  EXPECT_EQ(p.value, 0.0);
  EXPECT_EQ(p.low, 0.0);
  EXPECT_EQ(p.high, 1.0);
  EXPECT_EQ(p.n, 0U);
}

// By hand for 8 of 10: z^2 = 3.841459, centre (0.8 + 0.192073) / 1.384146 = 0.716740,
// half width 1.959964 * sqrt(0.016 + 0.00960365) / 1.384146 = 0.226578.
TEST(Proportion, GivesTheWilsonIntervalByHand) {
  const auto p = proportion(8, 10);
  EXPECT_DOUBLE_EQ(p.value, 0.8);
  EXPECT_NEAR(p.low, 0.490162, 1e-6);
  EXPECT_NEAR(p.high, 0.943318, 1e-6);
}

// All right out of 10 does not mean that nothing can go wrong: low = 1 / (1 + z^2 / 10).
TEST(Proportion, OfAllSuccessesStaysBelowCertainty) {
  const auto p = proportion(10, 10);
  EXPECT_NEAR(p.low, 1.0 / 1.3841459, 1e-6);
  EXPECT_NEAR(p.high, 1.0, 1e-12);
}

TEST(Proportion, IntervalShrinksWithN) {
  const auto few = proportion(90, 100);
  const auto many = proportion(9000, 10000);
  EXPECT_LT(many.high - many.low, (few.high - few.low) / 5.0);
}

// The form that every JSON document uses for a measured quantity.
TEST(Quantity, SurvivesJson) {
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
