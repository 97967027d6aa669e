#include "data/augment.h"

#include <algorithm>

#include "support/testing.h"

namespace digits {
namespace {

std::vector<std::uint8_t> augmented(const AugmentOptions& options, const Dataset& set,
                                    std::size_t i, std::uint64_t index = 0) {
  std::vector<std::uint8_t> out(set.schema.image_bytes(), 99);
  augment(options, set.schema, set.image(i), out.data(), Rng(test_seed(), Stream::kAugment, index));
  return out;
}

std::vector<std::uint8_t> original(const Dataset& set, std::size_t i) {
  return {set.image(i), set.image(i) + set.schema.image_bytes()};
}

AugmentOptions strong() { return {20.0, 2.0, 0.2, 0.3}; }

TEST(Augment, WithZeroStrengthIsTheIdentity) {
  for (const int channels : {1, 3}) {
    const auto set = random_dataset(1, 9, 7, channels);
    EXPECT_EQ(augmented({}, set, 0), original(set, 0));
  }
}

// One sample, one key, one result; another key, another result.
TEST(Augment, IsAFunctionOfItsKey) {
  const auto set = random_dataset(1, 12, 12);
  EXPECT_EQ(augmented(strong(), set, 0, 5), augmented(strong(), set, 0, 5));
  EXPECT_NE(augmented(strong(), set, 0, 5), augmented(strong(), set, 0, 6));
  EXPECT_NE(augmented(strong(), set, 0, 5), original(set, 0));
}

// A bright dot in the middle moves by at most the shift, and each axis by its own draw.
TEST(Augment, ShiftsByNoMoreThanItsStrength) {
  Dataset set = random_dataset(1, 15, 15);
  std::fill(set.images.begin(), set.images.end(), std::uint8_t{0});
  set.images[7 * 15 + 7] = 255;
  AugmentOptions options;
  options.shift = 3.0;
  int moved = 0;
  for (std::uint64_t key = 0; key < 50; ++key) {
    const auto out = augmented(options, set, 0, key);
    const auto brightest = std::max_element(out.begin(), out.end()) - out.begin();
    EXPECT_LE(std::abs(brightest / 15 - 7), 3);
    EXPECT_LE(std::abs(brightest % 15 - 7), 3);
    moved += brightest != 7 * 15 + 7 ? 1 : 0;
  }
  EXPECT_GT(moved, 25);  // staying within half a pixel on both axes has a chance of 1/36
}

// What moves in from outside the frame is paper, not a copy of the edge.
TEST(Augment, FillsWithPaper) {
  Dataset set = random_dataset(1, 10, 10);
  std::fill(set.images.begin(), set.images.end(), std::uint8_t{255});
  AugmentOptions options;
  options.shift = 4.0;
  int with_paper = 0;
  for (std::uint64_t key = 0; key < 20; ++key) {
    const auto out = augmented(options, set, 0, key);
    with_paper += std::find(out.begin(), out.end(), std::uint8_t{0}) != out.end() ? 1 : 0;
  }
  EXPECT_GT(with_paper, 10);  // a shift below one pixel on both axes has a chance of 1/16
}

// Bilinear interpolation averages, so no value leaves the range that the image had.
TEST(Augment, StaysWithinTheImagesRange) {
  Dataset set = random_dataset(1, 12, 12);
  for (auto& pixel : set.images) pixel = static_cast<std::uint8_t>(pixel / 2);
  for (std::uint64_t key = 0; key < 20; ++key) {
    EXPECT_THAT(augmented(strong(), set, 0, key), testing::Each(testing::Le(127)));
  }
}

}  // namespace
}  // namespace digits
