#include "behaviour/invariance.h"

#include <algorithm>

#include "support/fakes.h"
#include "support/testing.h"

namespace digits {
namespace {

constexpr int kSide = 10;

// A column of ink in each image, at 3, 4, 5, 6, 3, ...
Dataset columns(std::size_t n) {
  auto set = random_dataset(n, kSide, kSide, 1, 2);
  std::fill(set.images.begin(), set.images.end(), std::uint8_t{0});
  for (std::size_t i = 0; i < n; ++i) {
    for (int y = 0; y < kSide; ++y) set.image(i)[y * kSide + 3 + static_cast<int>(i % 4)] = 255;
  }
  return set;
}

int brightest_column(const std::uint8_t* image) {
  const auto* middle = image + kSide * kSide / 2;
  return static_cast<int>(std::max_element(middle, middle + kSide) - middle);
}

const Invariance& named(const std::string& name) {
  return *std::find_if(invariances().begin(), invariances().end(),
                       [&](const auto& one) { return one.name == name; });
}

Dataset answered_by(const Classifier& classify, Dataset set) {
  set.labels = ask(classify, set).labels;
  return set;
}

double flipped(const Classifier& classify, const std::string& name,
               const Dataset& set = columns(400)) {
  return flips(classify, answered_by(classify, set), named(name).variants, 1).value;
}

// Left or right half: a shift by one pixel takes columns 4 and 5 across, each in one direction
// only; one by two takes all four.
TEST(Flips, CountImagesThatAnyVariantFlips) {
  const auto half =
      decided_by([](const std::uint8_t* image) { return brightest_column(image) < 5 ? 0 : 1; });
  EXPECT_DOUBLE_EQ(flipped(half, "shift_1"), 0.5);
  EXPECT_DOUBLE_EQ(flipped(half, "shift_2"), 1.0);
  EXPECT_DOUBLE_EQ(flipped(half, "contrast"), 0.0);
}

// Each change is noticed by a classifier that reads what it changes, and by none that reads what it
// leaves: none of them perturbs nothing.
TEST(Invariances, EachChangeWhatTheySay) {
  const auto by_sum = [](int low, int high) {
    return decided_by([=](const std::uint8_t* image) {
      int sum = 0;
      for (int i = 0; i < kSide * kSide; ++i) sum += image[i];
      return sum >= low && sum <= high ? 0 : 1;
    });
  };
  constexpr int kInk = kSide * 255;
  for (const char* name : {"brightness", "contrast", "thicker"}) {
    EXPECT_EQ(flipped(by_sum(kInk, kInk), name), 1.0) << name;
  }
  const auto wide = perturbed(columns(8), thickened(1));
  EXPECT_EQ(flipped(by_sum(kInk * 2, kInk * 2), "thinner", wide), 1.0);
  const auto edge = decided_by([](const std::uint8_t* image) {
    return brightest_column(image + 4 * kSide) == brightest_column(image) ? 0 : 1;
  });
  EXPECT_GT(flipped(edge, "rotation"), 0.9);
  const auto exactly = decided_by([](const std::uint8_t* image) { return image[53] == 255; });
  EXPECT_GT(flipped(exactly, "scale"), 0.2);  // column 3 moves by 1.5 times a tenth of a pixel
}

// What is flipped is counted against all images; a classifier that sees nothing is never flipped.
TEST(Flips, AreNoneOfABlindClassifier) {
  const auto set = answered_by(always(1), columns(100));
  const auto observed = flips(always(1), set, named("shift_2").variants, 2);
  EXPECT_EQ(observed.value, 0.0);
  EXPECT_EQ(observed.n, 100U);
  EXPECT_GT(observed.high, 0.0);
}

// Strokes of one pixel have none to lose: such images are left out, and what is left is what n
// says.
TEST(MeasureInvariance, ThinsOnlyWhatIsThickEnough) {
  auto set = columns(20);
  const auto thick = perturbed(set, thickened(4));
  std::copy(thick.images.begin(), thick.images.begin() + 5 * kSide * kSide, set.images.begin());
  for (const auto& one : measure_invariance(always(0), set, 1)) {
    EXPECT_EQ(one.observed.n, one.name == "invariance/thinner" ? 5U : 20U) << one.name;
  }
}

}  // namespace
}  // namespace digits
