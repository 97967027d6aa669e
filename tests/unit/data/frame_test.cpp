#include "data/frame.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "support/testing.h"

namespace digits {
namespace {

// Two images that differ by 2 in a pixel of each edge, by 4 in one of the next ring, by 6 in the
// middle: the rings have variances of 4, 4 and 9. The bytes behind the images are not in the set.
Dataset rings(int channels) {
  auto set = random_dataset(3, 5, 6, channels);
  std::fill(set.image(0), set.image(2), std::uint8_t{7});
  const auto last_channel_of = [&](int row, int col) -> std::uint8_t& {
    return set.image(1)[(row * 6 + col) * channels + channels - 1];
  };
  last_channel_of(0, 2) = last_channel_of(4, 3) = 9;  // top and bottom
  last_channel_of(2, 0) = last_channel_of(2, 5) = 9;  // left and right
  last_channel_of(1, 4) = 11;
  last_channel_of(2, 2) = 13;
  std::fill_n(set.image(2), set.schema.image_bytes(), std::uint8_t{255});
  set.labels.pop_back();
  return set;
}

// By hand: the outer ring holds 4/17, the outer two 8/17. A frame of three would leave nothing,
// and no share is large enough for it. All channels of a pixel count in its ring.
TEST(LowVarianceFrame, OfThreeRingsMatchesHandCalculation) {
  for (const int channels : {1, 3}) {
    const auto set = rings(channels);
    EXPECT_EQ(low_variance_frame(set, 0.0), 0) << channels;
    EXPECT_EQ(low_variance_frame(set, 3.99 / 17.0), 0) << channels;
    EXPECT_EQ(low_variance_frame(set, 4.01 / 17.0), 1) << channels;
    EXPECT_EQ(low_variance_frame(set, 7.99 / 17.0), 1) << channels;
    EXPECT_EQ(low_variance_frame(set, 8.01 / 17.0), 2) << channels;
    EXPECT_EQ(low_variance_frame(set, 1.0), 2) << channels;
    EXPECT_EQ(low_variance_frame(set, 2.0), 2) << channels;
  }
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
