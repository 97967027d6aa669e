#include "metrics/sample_size.h"

#include "support/testing.h"

namespace digits {
namespace {

// By hand, z^2 = 3.841459. Of n of n, Wilson's lower end is n / (n + z^2), at least 0.9 from
// 9 z^2 = 34.57 on; at the rate p it is the bound where n = z^2 0.9 0.1 / (p - 0.9)^2, which for
// 33/34 is 0.345731 / 0.00498270 = 69.4.
TEST(SampleSize, OfAProportionMatchesHandCalculation) {
  const auto needed = needed_sample_size(proportion(33, 34), 0.9, true);
  EXPECT_EQ(needed.at_best, 35U);
  EXPECT_EQ(needed.at_this_rate, 70U);
  EXPECT_TRUE(needed.exact);
}

// The numbers are minimal: one observation fewer misses the bound.
TEST(SampleSize, IsMinimal) {
  for (const double bound : {0.5, 0.7, 0.9, 0.95}) {
    const auto best = *needed_sample_size(proportion(4, 4), bound, true).at_best;
    EXPECT_GE(proportion(best, best).low, bound);
    EXPECT_LT(proportion(best - 1, best - 1).low, bound);
    const auto least = *needed_sample_size(proportion(0, 4), 1.0 - bound, false).at_best;
    EXPECT_LE(proportion(0, least).high, 1.0 - bound);
    EXPECT_GT(proportion(0, least - 1).high, 1.0 - bound);
  }
}

// Without observations the number for a perfect result is known, and the one for the observed rate
// is not. No number of images proves a share of exactly one, or a value equal to the bound; and
// none is needed for a share of at least zero.
TEST(SampleSize, IsDefinedAtTheEdges) {
  const auto none = needed_sample_size(proportion(0, 0), 0.9, true);
  EXPECT_EQ(none.at_best, 35U);
  EXPECT_FALSE(none.at_this_rate);
  EXPECT_FALSE(needed_sample_size(proportion(9, 9), 1.0, true).at_best);
  EXPECT_FALSE(needed_sample_size(proportion(9, 10), 0.9, true).at_this_rate);
  const auto any = needed_sample_size(proportion(9, 10), 0.0, true);
  EXPECT_FALSE(any.at_best || any.at_this_rate);
}

// A difference and a loss are no proportions, with or without observations: no number of images is
// exact, or known for a perfect result.
TEST(SampleSize, OfOtherQuantitiesIsNotExact) {
  for (const auto& quantity : {Quantity{0.0, -1.0, 1.0, 0}, Quantity{0.0, 0.0, 2.0, 0},
                               Quantity{-0.1, -0.2, 0.1, 20}, Quantity{1.5, 1.0, 2.0, 20}}) {
    const auto needed = needed_sample_size(quantity, quantity.value - 0.5, true);
    EXPECT_FALSE(needed.exact || needed.at_best) << quantity.value << " " << quantity.n;
  }
}

// Other quantities use the width of their interval: the end is 0.3 above the value, the bound 0.1,
// so nine times as many are needed.
TEST(SampleSize, ScalesWithTheSquaredIntervalWidth) {
  const Quantity gap{0.05, 0.0, 0.35, 20};
  const auto needed = needed_sample_size(gap, 0.15, false);
  EXPECT_FALSE(needed.at_best);
  EXPECT_EQ(needed.at_this_rate, 180U);
  EXPECT_FALSE(needed.exact);
}

// An estimate names its rule. Unknown numbers are omitted.
TEST(SampleSize, TextOmitsUnknownSizes) {
  EXPECT_EQ(sample_size_text({35, 120, true}, 34),
            "34 images, 35 needed for this bound at best, about 120 at this rate");
  EXPECT_EQ(sample_size_text({std::nullopt, 180, false}, 20),
            "20 images, about 180 needed at this rate (if the interval narrows with 1/sqrt(n))");
  EXPECT_EQ(sample_size_text({35, std::nullopt, true}, 1),
            "1 image, 35 needed for this bound at best");
}

}  // namespace
}  // namespace digits
