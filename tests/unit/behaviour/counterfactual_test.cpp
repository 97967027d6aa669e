#include "behaviour/counterfactual.h"

#include <algorithm>
#include <vector>

#include "behaviour/ink.h"
#include "support/fakes.h"
#include "support/testing.h"

namespace digits {
namespace {

constexpr int kSide = 14;

// A square of 2 x 2 ink pixels at rows and columns 6 and 7: with a margin of one, 4 x 4 pixels.
Dataset spots(std::size_t n) {
  auto set = random_dataset(n, kSide, kSide, 1, 2);
  std::fill(set.images.begin(), set.images.end(), std::uint8_t{0});
  for (std::size_t i = 0; i < n; ++i) {
    for (const int p : {6 * kSide + 6, 6 * kSide + 7, 7 * kSide + 6, 7 * kSide + 7}) {
      set.image(i)[p] = 200;
    }
  }
  return set;
}

// Class 1 while a pixel keeps its value of the clean image.
Classifier watching(int row, int col, std::uint8_t value) {
  return decided_by([=](const std::uint8_t* image) { return image[row * kSide + col] == value; });
}

// Whether each pixel of the first image is ink or has ink within the margin.
std::vector<bool> ink_in(const Dataset& set, int margin) {
  const auto ink = ink_of(set.image(0), set.schema, margin);
  return std::vector<bool>(ink.begin(), ink.end());
}

TEST(InkOf, HoldsHalfBrightPixelsAndTheirMargin) {
  auto set = random_dataset(1, 3, 5);
  set.images = {0, 0, 0, 0, 0, 49, 100, 50, 0, 0, 0, 0, 0, 0, 0};
  const auto count = [&](int margin) {
    const auto ink = ink_in(set, margin);
    return std::count(ink.begin(), ink.end(), true);
  };
  EXPECT_EQ(count(0), 2);
  EXPECT_EQ(count(1), 12);  // columns 0 to 3
  EXPECT_TRUE(ink_in(set, 0)[7]);
  std::fill(set.images.begin(), set.images.end(), std::uint8_t{0});
  EXPECT_EQ(count(1), 0);
  auto colour = random_dataset(1, 2, 2, 3);
  colour.images = {0, 0, 9, 0, 0, 0, 0, 0, 0, 9, 0, 0};  // blue in the first, red in the last
  EXPECT_EQ(ink_in(colour, 0), (std::vector<bool>{true, false, false, true}));
}

// The border has each of its pixels once, and none of the next image: with one value more the
// median of four dark and four light ones would be another.
TEST(InkOf, BackgroundIsTheBorderAlone) {
  auto set = random_dataset(2, 3, 3);
  set.images = {200, 200, 200, 0, 200, 0, 0, 0, 200, 0, 0, 0, 0, 0, 0, 0, 0, 0};
  EXPECT_EQ(ink_in(set, 0),
            (std::vector<bool>{false, false, false, true, false, true, true, true, false}));
}

// The border has the whole first and last row. Here the sides are dark, and more pixels between the
// corners are light.
TEST(InkOf, BorderHasTheWholeFirstAndLastRow) {
  auto set = random_dataset(1, 3, 6);
  set.images = {0, 200, 200, 200, 200, 0, 0, 200, 200, 200, 200, 0, 0, 200, 200, 200, 200, 0};
  const std::vector<bool> sides{true, false, false, false, false, true};
  const auto ink = ink_in(set, 0);
  for (std::size_t i = 0; i < 18; ++i) EXPECT_EQ(ink[i], sides[i % 6]) << i;
}

// On light paper the ink is dark, on yellow paper blue: it differs from the border's colour by at
// least half as much as the farthest pixel, in any channel.
TEST(InkOf, DiffersFromTheBackground) {
  auto grey = random_dataset(1, 7, 7);
  std::fill(grey.images.begin(), grey.images.end(), std::uint8_t{220});
  for (std::size_t row = 1; row < 6; ++row) {                       // more ink than paper
    std::fill_n(grey.image(0) + row * 7 + 1, 5, std::uint8_t{20});  // farthest: 200
  }
  grey.images[0] = 20;   // in a corner
  grey.images[8] = 120;  // 100
  grey.images[9] = 121;  // 99
  const auto ink = ink_in(grey, 0);
  EXPECT_EQ(std::count(ink.begin(), ink.end(), true), 25);
  EXPECT_TRUE(ink[0] && ink[8] && !ink[9] && !ink[6]);
  auto yellow = random_dataset(1, 3, 3, 3);
  for (std::size_t i = 0; i < 27; ++i) yellow.images[i] = i % 3 == 2 ? 0 : 200;
  yellow.images[4 * 3 + 2] = 255;  // the centre: white
  const auto centre = ink_in(yellow, 0);
  EXPECT_EQ(std::count(centre.begin(), centre.end(), true), 1);
  EXPECT_TRUE(centre[4]);
}

// A classifier that watches one pixel is flipped by the smallest square, 2 x 2 of 14 x 14, at any
// place that covers that pixel: four positions on or beside ink, and one in a corner. Of all 169
// positions, 9 lie within the 4 x 4 pixels, 12 half and 4 a quarter.
TEST(Counterfactuals, FindTheSmallestSquareAnywhere) {
  const auto on_ink = counterfactuals(watching(7, 7, 200), spots(1)).front();
  EXPECT_TRUE(on_ink.found);
  EXPECT_EQ(on_ink.side, 2);
  EXPECT_DOUBLE_EQ(on_ink.on_ink, 1.0);
  EXPECT_DOUBLE_EQ(on_ink.chance, (9.0 + 12.0 / 2.0 + 4.0 / 4.0) / 169.0);
  const auto beside = counterfactuals(watching(5, 5, 0), spots(1)).front();
  EXPECT_DOUBLE_EQ(beside.on_ink, (1.0 + 0.5 + 0.5 + 0.25) / 4.0);
  const auto corner = counterfactuals(watching(0, 0, 0), spots(1)).front();
  EXPECT_TRUE(corner.found);
  EXPECT_DOUBLE_EQ(corner.on_ink, 0.0);
}

// An image that no square flips has no side and no shares.
TEST(Counterfactuals, AreEmptyWithoutAFlip) {
  const auto none = counterfactuals(always(0), spots(1)).front();
  EXPECT_FALSE(none.found);
  EXPECT_EQ(none.side, 0);
  EXPECT_EQ(none.on_ink, 0.0);
  EXPECT_EQ(none.chance, 0.0);
}

// Two pixels, three apart along each axis, must both be hidden: a square of four does it at the
// right position. Positions are two apart.
TEST(Counterfactuals, GrowUntilTheAnswerFlips) {
  const auto either = decided_by([](const std::uint8_t* image) {
    return image[6 * kSide + 6] == 200 || image[9 * kSide + 9] == 0;
  });
  const auto found = counterfactuals(either, spots(1)).front();
  EXPECT_EQ(found.side, 4);
  EXPECT_DOUBLE_EQ(found.on_ink, 9.0 / 16.0);  // at (6, 6): rows and columns 6 to 8 of 5 to 8
}

// The measure is above chance for a classifier that watches ink. It is not for one that watches a
// corner, nor for one that is flipped by any square. It is unknown for one that is never flipped.
TEST(MeasureCounterfactuals, ExceedsChanceOnlyOnInk) {
  const auto set = spots(100);  // all answer alike: fewer images leave the sign undecided
  EXPECT_GT(measure_counterfactuals(watching(7, 7, 200), set).observed.low, 0.1);
  EXPECT_LT(measure_counterfactuals(watching(0, 0, 0), set).observed.high, 0.0);
  const auto untouched = decided_by([&](const std::uint8_t* image) {
    return std::equal(image, image + kSide * kSide, set.image(0));
  });
  EXPECT_DOUBLE_EQ(measure_counterfactuals(untouched, set).observed.value, 0.0);
  EXPECT_EQ(measure_counterfactuals(always(0), set).observed.n, 0U);
}

}  // namespace
}  // namespace digits
