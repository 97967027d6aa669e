#include "data/scaling.h"

#include <rapidcheck.h>

#include <limits>

#include "support/testing.h"

namespace digits {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kHuge = std::numeric_limits<float>::max();

// The rule itself: the least value becomes 0, the greatest 1, and the others keep their places
// between them. Quarters are exact in binary, so equality needs no tolerance.
TEST(ScaleToUnit, MapsLeastToZeroAndGreatestToOne) {
  EXPECT_THAT(scale_to_unit({2, 4, 3, 6}), ElementsAre(0, 0.5, 0.25, 1));
}

TEST(ScaleToUnit, TakesNegativeValues) {
  EXPECT_THAT(scale_to_unit({-1, 0, 3}), ElementsAre(0, 0.25, 1));
}

// Edge: nothing in, nothing out.
TEST(ScaleToUnit, OfNothingIsNothing) { EXPECT_THAT(scale_to_unit({}), IsEmpty()); }

// Edge: a blank sheet has no contrast to stretch. Dividing by it would give NaN.
TEST(ScaleToUnit, OfAConstantIsZero) {
  EXPECT_THAT(scale_to_unit({7, 7, 7}), ElementsAre(0, 0, 0));
  EXPECT_THAT(scale_to_unit({0}), ElementsAre(0));
}

// Edge: NaN neither survives nor disturbs the others, wherever it stands.
TEST(ScaleToUnit, TurnsNanIntoZero) {
  EXPECT_THAT(scale_to_unit({kNan, 1, 3, 2}), ElementsAre(0, 0, 1, 0.5));
  EXPECT_THAT(scale_to_unit({1, 3, 2, kNan}), ElementsAre(0, 1, 0.5, 0));
  EXPECT_THAT(scale_to_unit({kNan, kNan}), ElementsAre(0, 0));
}

// Edge: infinity is an end of the scale, and does not press the others together.
TEST(ScaleToUnit, TurnsInfinitiesIntoTheEnds) {
  EXPECT_THAT(scale_to_unit({-kInfinity, 1, 2, 3, kInfinity}), ElementsAre(0, 0, 0.5, 1, 1));
  EXPECT_THAT(scale_to_unit({5, kInfinity}), ElementsAre(0, 1));
  EXPECT_THAT(scale_to_unit({-kInfinity, kInfinity}), ElementsAre(0, 1));
}

// Edge: the difference of the two is beyond float, and must not become infinite.
TEST(ScaleToUnit, DoesNotOverflow) {
  EXPECT_THAT(scale_to_unit({-kHuge, 0, kHuge}), ElementsAre(0, 0.5, 1));
}

// With bounds of the caller's own, such as the 0 and 255 of a pixel.
TEST(ScaleToUnit, ClampsToGivenBounds) {
  EXPECT_EQ(scale_to_unit(51, 0, 255), 0.2F);
  EXPECT_EQ(scale_to_unit(-1, 0, 255), 0.0F);
  EXPECT_EQ(scale_to_unit(256, 0, 255), 1.0F);
  EXPECT_EQ(scale_to_unit(kNan, 0, 255), 0.0F);
}

// The property that the cases above are cases of: whatever goes in, [0, 1] comes out.
TEST(ScaleToUnit, StaysWithinUnitRangeForAnyInput) {
  EXPECT_TRUE(rc::check("range", [] {
    const auto anything = rc::gen::weightedOneOf<float>(
        {{4, rc::gen::arbitrary<float>()}, {1, rc::gen::element(kNan, kInfinity, -kInfinity)}});
    for (const float value : scale_to_unit(*rc::gen::container<std::vector<float>>(anything))) {
      RC_ASSERT(value >= 0.0F && value <= 1.0F);  // false for NaN
    }
  }));
}

}  // namespace
}  // namespace digits
