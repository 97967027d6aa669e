#include "behaviour/invariance.h"

#include <algorithm>
#include <opencv2/core.hpp>

#include "support/fakes.h"
#include "support/testing.h"

namespace digits {
namespace {

constexpr int kNameSide = 28;  // the size at which a pixel in the names is one pixel

// A column of ink in each image, at 3, 4, 5, 6, 3, ...
Dataset columns(std::size_t n) {
  auto set = random_dataset(n, kNameSide, kNameSide, 1, 2);
  std::fill(set.images.begin(), set.images.end(), std::uint8_t{0});
  for (std::size_t i = 0; i < n; ++i) {
    for (int y = 0; y < kNameSide; ++y)
      set.image(i)[y * kNameSide + 3 + static_cast<int>(i % 4)] = 255;
  }
  return set;
}

int brightest_column(const std::uint8_t* image) {
  const auto* middle = image + kNameSide * kNameSide / 2;
  return static_cast<int>(std::max_element(middle, middle + kNameSide) - middle);
}

Schema square(int side) { return {side, side, 1, {"0", "1"}}; }

Invariance named(const std::string& name, const Schema& schema = square(kNameSide)) {
  const auto all = invariances(schema);
  return *std::find_if(all.begin(), all.end(), [&](const auto& one) { return one.name == name; });
}

Dataset answered_by(const Classifier& classify, Dataset set) {
  set.labels = ask(classify, set).labels;
  return set;
}

double flipped(const Classifier& classify, const std::string& name,
               const Dataset& set = columns(400)) {
  return flips(classify, answered_by(classify, set), named(name).variants, 1).value;
}

// Left or right half: a shift by one pixel moves columns 4 and 5 across the middle, each in one
// direction only. A shift by two moves all four.
TEST(Flips, CountImagesFlippedByAnyVariant) {
  const auto half =
      decided_by([](const std::uint8_t* image) { return brightest_column(image) < 5 ? 0 : 1; });
  EXPECT_DOUBLE_EQ(flipped(half, "shift_1"), 0.5);
  EXPECT_DOUBLE_EQ(flipped(half, "shift_2"), 1.0);
  EXPECT_DOUBLE_EQ(flipped(half, "contrast"), 0.0);
}

// Each change flips a classifier that reads the changed property, and no classifier that reads an
// unchanged one.
TEST(Invariances, ChangeOnlyTheNamedProperty) {
  const auto by_sum = [](int low, int high) {
    return decided_by([=](const std::uint8_t* image) {
      int sum = 0;
      for (int i = 0; i < kNameSide * kNameSide; ++i) sum += image[i];
      return sum >= low && sum <= high ? 0 : 1;
    });
  };
  constexpr int kInk = kNameSide * 255;
  for (const char* name : {"brightness", "contrast", "thicker"}) {
    EXPECT_EQ(flipped(by_sum(kInk, kInk), name), 1.0) << name;
  }
  const auto wide = perturbed(columns(8), thickened(1));
  EXPECT_EQ(flipped(by_sum(kInk * 2, kInk * 2), "thinner", wide), 1.0);
  const auto edge = decided_by([](const std::uint8_t* image) {
    return brightest_column(image + 4 * kNameSide) == brightest_column(image) ? 0 : 1;
  });
  EXPECT_GT(flipped(edge, "rotation"), 0.9);
  const auto exactly =
      decided_by([](const std::uint8_t* image) { return image[14 * kNameSide + 3] == 255; });
  EXPECT_GT(flipped(exactly, "scale"), 0.2);  // column 3 moves by a tenth of 10.5 pixels
}

// The moves of the middle dot of an image of this size by the variants, as (x, y).
std::vector<cv::Point> dot_moves(const Schema& schema, const std::string& name) {
  std::vector<cv::Point> moves;
  const auto invariance = named(name, schema);
  for (const auto& variant : invariance.variants) {
    cv::Mat1b image(schema.rows, schema.cols, std::uint8_t{0});
    image(schema.rows / 2, schema.cols / 2) = 255;
    variant(image, Rng(0, Stream::kPerturb, 0));
    cv::Point brightest;
    cv::minMaxLoc(image, nullptr, nullptr, nullptr, &brightest);
    moves.push_back(brightest - cv::Point(schema.cols / 2, schema.rows / 2));
  }
  return moves;
}

// By the first variant.
cv::Point moved_dot(const Schema& schema, const std::string& name) {
  return dot_moves(schema, name).front();
}

// A shift goes once in each of the eight directions, and never leaves the image as it is.
TEST(Invariances, ShiftInEightDirections) {
  using cv::Point;
  EXPECT_THAT(dot_moves(square(kNameSide), "shift_1"),
              testing::UnorderedElementsAre(Point(-1, -1), Point(0, -1), Point(1, -1), Point(-1, 0),
                                            Point(1, 0), Point(-1, 1), Point(0, 1), Point(1, 1)));
}

// The pixels in the names are those of images of 28: eight times as many at 224, by the shorter
// side. At 8 a shift is a fraction of a pixel, and no stroke can change by a whole pixel.
TEST(Invariances, PixelsScaleWithTheShorterSide) {
  EXPECT_EQ(moved_dot(square(28), "shift_1"), cv::Point(-1, -1));
  EXPECT_EQ(moved_dot(square(28), "shift_2"), cv::Point(-2, -2));
  EXPECT_EQ(moved_dot(square(224), "shift_1"), cv::Point(-8, -8));
  EXPECT_EQ(moved_dot({300, 224, 1, {"0", "1"}}, "shift_2"), cv::Point(-16, -16));
  EXPECT_EQ(named("thinner", square(56)).least_thickness, 4.0);
  std::vector<std::string> small;
  for (const auto& one : invariances(square(8))) small.push_back(one.name);
  EXPECT_THAT(small, testing::Contains("shift_1"));
  EXPECT_THAT(small, testing::Not(testing::Contains("thicker")));
  EXPECT_THAT(small, testing::Not(testing::Contains("thinner")));
  cv::Mat1b image(8, 8, std::uint8_t{0});
  image(4, 4) = 255;
  named("shift_1", square(8)).variants.front()(image, Rng(0, Stream::kPerturb, 0));
  EXPECT_NEAR(image(4, 4), 255.0 * 25.0 / 49.0,
              9.0);  // (1 - 2/7)^2 stays; OpenCV's weights are 1/32
}

// Flips are divided by the number of all images. A blind classifier is never flipped.
TEST(Flips, AreZeroForABlindClassifier) {
  const auto set = answered_by(always(1), columns(100));
  const auto observed = flips(always(1), set, named("shift_2").variants, 2);
  EXPECT_EQ(observed.value, 0.0);
  EXPECT_EQ(observed.n, 100U);
  EXPECT_GT(observed.high, 0.0);
}

// Strokes one pixel wide cannot be thinned: such images are omitted, and n counts the others. Five
// images have thick strokes, and one has a square of 4 x 4: its width by the area and the edge, 2 *
// 16 / 16, is just enough. Thick strokes behind the last image do not count.
TEST(MeasureInvariance, ThinsOnlyThickStrokes) {
  auto set = columns(20);
  const auto thick = perturbed(set, thickened(4));
  std::copy(thick.image(0), thick.image(5), set.image(0));
  std::fill(set.image(5), set.image(6), std::uint8_t{0});
  for (int y = 8; y < 12; ++y) std::fill_n(set.image(5) + y * kNameSide + 8, 4, std::uint8_t{255});
  set.images.insert(set.images.end(), thick.image(0), thick.image(1));
  for (const auto& one : measure_invariance(always(0), set, 1)) {
    EXPECT_EQ(one.observed.n, one.name == "invariance/thinner" ? 6U : 20U) << one.name;
  }
}

}  // namespace
}  // namespace digits
