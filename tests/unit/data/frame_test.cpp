#include "data/frame.h"

#include "support/testing.h"

namespace digits {
namespace {

// Two images that differ by 2, 4 and 6 in a pixel of each ring: variances 1, 4 and 9 of 14 in all.
Dataset rings() {
  auto set = random_dataset(2, 5, 6);
  set.images.assign(set.images.size(), 7);
  set.image(1)[2] += 2;          // edge
  set.image(1)[1 * 6 + 4] += 4;  // one pixel from it
  set.image(1)[2 * 6 + 2] += 6;  // the middle
  return set;
}

// By hand: the outer ring holds 1/14, the outer two 5/14. A frame of three would leave nothing.
TEST(LowVarianceFrame, OfThreeRingsMatchesHandCalculation) {
  EXPECT_EQ(low_variance_frame(rings(), 0.0), 0);
  EXPECT_EQ(low_variance_frame(rings(), 0.99 / 14.0), 0);
  EXPECT_EQ(low_variance_frame(rings(), 1.01 / 14.0), 1);
  EXPECT_EQ(low_variance_frame(rings(), 4.99 / 14.0), 1);
  EXPECT_EQ(low_variance_frame(rings(), 5.01 / 14.0), 2);
  EXPECT_EQ(low_variance_frame(rings(), 1.0), 2);
}

// A share of zero variance is zero, and one pixel has no frame.
TEST(LowVarianceFrame, IsZeroForEqualImages) {
  EXPECT_EQ(low_variance_frame(random_dataset(1, 8, 8), 1.0), 0);
  EXPECT_EQ(low_variance_frame(random_dataset(9, 1, 1), 1.0), 0);
}

// Images with variance everywhere: the outermost of 10 x 10 pixels hold a third of it, so the frame
// is zero unless a third may be lost.
TEST(LowVarianceFrame, IsZeroForImagesWithoutAFrame) {
  EXPECT_EQ(low_variance_frame(random_dataset(50, 10, 10, 3), 0.2), 0);
}

}  // namespace
}  // namespace digits
