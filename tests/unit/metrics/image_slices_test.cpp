#include "metrics/image_slices.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "data/profile.h"
#include "support/drawn_factors.h"
#include "support/testing.h"
#include "synthetic/synthetic.h"

namespace digits {
namespace {

// The mean of a known drawing factor over the samples of a slice.
double mean_over(const Slice& slice, const std::vector<double>& values) {
  double sum = 0.0;
  for (const auto i : slice.samples) sum += values[i];
  return sum / static_cast<double>(slice.samples.size());
}

class SyntheticSlices : public testing::Test {
 protected:
  SyntheticSlices() {
    SyntheticOptions options;
    options.count = 600;
    options.seed = test_seed();
    set_ = synthesise(options);
    for (const auto& factors : drawn_factors(options)) {
      thickness_.push_back(factors.thickness);
      slant_.push_back(factors.slant);
    }
    groups_ = image_slices(set_, 2);
  }
  Dataset set_;
  std::vector<double> thickness_;
  std::vector<double> slant_;
  std::vector<SliceGroup> groups_;
};

// The measured slices agree with the known drawing factors.
TEST_F(SyntheticSlices, FollowTheKnownFactors) {
  ASSERT_EQ(groups_.size(), 4U);
  for (const auto& [group, values] :
       {std::make_pair(groups_[1], thickness_), std::make_pair(groups_[2], slant_)}) {
    ASSERT_EQ(group.slices.size(), 3U) << group.factor;
    EXPECT_LT(mean_over(group.slices[0], values), mean_over(group.slices[1], values));
    EXPECT_LT(mean_over(group.slices[1], values), mean_over(group.slices[2], values));
  }
}

// Each factor puts every image in one slice, with any number of threads. The slices of a factor
// have the same mix of classes, up to the remainder of a division by three.
TEST_F(SyntheticSlices, PartitionTheSet) {
  for (const auto& group : groups_) {
    std::vector<std::uint32_t> all;
    for (const auto& slice : group.slices) {
      all.insert(all.end(), slice.samples.begin(), slice.samples.end());
    }
    std::sort(all.begin(), all.end());
    std::vector<std::uint32_t> every(set_.size());
    std::iota(every.begin(), every.end(), 0U);
    EXPECT_EQ(all, every) << group.factor;
  }
  for (std::size_t factor = 1; factor < groups_.size(); ++factor) {
    for (const auto& slice : groups_[factor].slices) {
      EXPECT_NEAR(static_cast<double>(slice.samples.size()), 200.0, 12.0) << slice.name;
    }
  }
  EXPECT_EQ(image_slices(set_, 1)[3].slices[0].samples, groups_[3].slices[0].samples);
}

// A slash leans to the right, by a pixel per pixel, its five pixels 2, 1, 0, 1, 2 diagonals away
// from the centre: radius 2. A bar in one row does not lean, and a blank image has no shape.
TEST(ImageShape, MatchesHandCalculation) {
  auto set = random_dataset(3, 5, 5, 1, 3);
  std::fill(set.images.begin(), set.images.end(), std::uint8_t{0});
  for (int i = 0; i < 5; ++i) set.image(0)[i * 5 + (4 - i)] = 255;  // a slash
  for (int i = 0; i < 5; ++i) set.image(1)[10 + i] = 255;
  EXPECT_NEAR(image_shape(set.image(0), set.schema).slant, 1.0, 1e-12);
  EXPECT_NEAR(image_shape(set.image(0), set.schema).radius, 2.0, 1e-12);
  EXPECT_EQ(image_shape(set.image(1), set.schema).slant, 0.0);
  EXPECT_NEAR(image_shape(set.image(1), set.schema).radius, std::sqrt(2.0), 1e-12);
  EXPECT_EQ(image_shape(set.image(2), set.schema).slant, 0.0);
  EXPECT_EQ(image_shape(set.image(2), set.schema).radius, 0.0);
}

}  // namespace
}  // namespace digits
