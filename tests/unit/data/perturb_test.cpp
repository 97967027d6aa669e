#include "data/perturb.h"

#include <algorithm>
#include <numeric>
#include <opencv2/imgproc.hpp>
#include <set>

#include "support/testing.h"

namespace digits {
namespace {

// Paper with dots of ink.
Dataset dots(int side, const std::vector<cv::Point>& places) {
  auto set = random_dataset(1, side, side);
  std::fill(set.images.begin(), set.images.end(), std::uint8_t{0});
  for (const auto& p : places) set.images[static_cast<std::size_t>(p.y * side + p.x)] = 255;
  return set;
}

std::vector<cv::Point> inked(const Dataset& set) {
  std::vector<cv::Point> places;
  for (int i = 0; i < static_cast<int>(set.images.size()); ++i) {
    if (set.images[i] > 127) places.emplace_back(i % set.schema.cols, i / set.schema.cols);
  }
  return places;
}

using testing::ElementsAre;

// Each parameter alone, on a dot beside the centre of 9 x 9 pixels, which is (4, 4): right and down
// are positive, rotations are counter-clockwise, and pixels outside the frame are lost.
TEST(Moved, AppliesEachParameter) {
  const auto right = dots(9, {{6, 4}});
  EXPECT_THAT(inked(perturbed(right, moved({}))), ElementsAre(cv::Point(6, 4)));
  EXPECT_THAT(inked(perturbed(right, moved({0, 1, 0, 1, -2}))), ElementsAre(cv::Point(7, 2)));
  EXPECT_THAT(inked(perturbed(right, moved({0, 1, 0, 3}))), ElementsAre());
  EXPECT_THAT(inked(perturbed(right, moved({90}))), ElementsAre(cv::Point(4, 2)));
  EXPECT_THAT(inked(perturbed(right, moved({0, 1.5}))), testing::Contains(cv::Point(7, 4)));
  const auto above = dots(9, {{4, 2}});
  EXPECT_THAT(inked(perturbed(above, moved({0, 1, 0.5}))), ElementsAre(cv::Point(5, 2)));
}

TEST(Toned, SaturatesAtBothEnds) {
  auto set = random_dataset(1, 1, 3);
  set.images = {0, 100, 200};
  EXPECT_THAT(perturbed(set, toned(1.5, 0.0)).images, ElementsAre(0, 150, 255));
  EXPECT_THAT(perturbed(set, toned(1.0, -0.4)).images, ElementsAre(0, 0, 98));
  EXPECT_THAT(perturbed(set, toned(-1.0, 1.0)).images, ElementsAre(255, 155, 55));
}

// A bar of two pixels becomes one of three, or of one: one pixel in total, not one on each side.
TEST(Strokes, GrowAndShrinkByPixels) {
  const auto bar = dots(9, {{3, 4}, {4, 4}, {3, 5}, {4, 5}});
  const auto box_after = [&](const Perturbation& change) {
    return cv::boundingRect(inked(perturbed(bar, change)));
  };
  EXPECT_EQ(box_after(thickened(1)).size(), cv::Size(3, 3));
  EXPECT_EQ(box_after(thickened(2)).size(), cv::Size(4, 4));
  EXPECT_EQ(box_after(thinned(1)).size(), cv::Size(1, 1));
}

// Twice the deviation doubles every pixel's error, so levels are compared on one pattern.
TEST(Noisy, KeepsItsPatternAtEveryStrength) {
  auto set = random_dataset(1, 20, 20);
  std::fill(set.images.begin(), set.images.end(), std::uint8_t{128});
  const auto weak = perturbed(set, noisy(0.05), test_seed()).images;
  const auto strong = perturbed(set, noisy(0.1), test_seed()).images;
  EXPECT_NE(weak, set.images);
  for (std::size_t i = 0; i < weak.size(); ++i) {
    if (strong[i] == 0 || strong[i] == 255) continue;
    EXPECT_NEAR(strong[i] - 128, 2 * (weak[i] - 128), 2);  // of two roundings, one doubled
  }
}

// The squares of one key contain each other, have the requested side, and are paper.
TEST(Occluded, LargerSquaresContainSmallerOnes) {
  auto set = random_dataset(30, 16, 20);
  std::fill(set.images.begin(), set.images.end(), std::uint8_t{9});
  const auto small = perturbed(set, occluded(0.25), test_seed());
  const auto large = perturbed(set, occluded(0.5), test_seed());
  for (std::size_t i = 0; i < set.size(); ++i) {
    const auto paper = [&](const Dataset& from) {
      return std::count(from.image(i), from.image(i) + 320, std::uint8_t{0});
    };
    EXPECT_EQ(paper(small), 4 * 4);
    EXPECT_EQ(paper(large), 8 * 8);
    for (std::size_t b = 0; b < 320; ++b) EXPECT_LE(large.image(i)[b], small.image(i)[b]);
  }
  std::set<std::vector<std::uint8_t>> different;
  for (std::size_t i = 0; i < set.size(); ++i) {
    different.emplace(small.image(i), small.image(i + 1));
  }
  EXPECT_GT(different.size(), 15U);  // of 30 draws from 221 places
}

// A square of the whole side covers the image.
TEST(Occluded, CanCoverTheWholeImage) {
  const auto set = perturbed(random_dataset(1, 8, 8), occluded(1.0));
  EXPECT_THAT(set.images, testing::Each(0));
}

// Blurring spreads ink and loses none inside the frame, except for rounding.
TEST(Blurred, SpreadsInk) {
  const auto set = perturbed(dots(15, {{7, 7}}), blurred(1.0));
  EXPECT_LT(set.images[7 * 15 + 7], 60);  // 255 / (2 pi)
  EXPECT_NEAR(std::accumulate(set.images.begin(), set.images.end(), 0), 255, 25);
}

// Sample i uses its own key, independently of other threads.
TEST(Perturbed, IsKeyedBySample) {
  const auto set = random_dataset(9, 6, 5, 3);
  const auto alone = perturbed(set, noisy(0.2), test_seed(), 1);
  EXPECT_EQ(perturbed(set, noisy(0.2), test_seed(), 4).images, alone.images);
  EXPECT_EQ(alone.labels, set.labels);
  auto twins = subset(set, {0, 0});
  twins = perturbed(twins, noisy(0.2), test_seed());
  EXPECT_FALSE(std::equal(twins.image(0), twins.image(1), twins.image(1)));
  EXPECT_NE(perturbed(set, noisy(0.2), test_seed() + 1, 1).images, alone.images);
}

}  // namespace
}  // namespace digits
