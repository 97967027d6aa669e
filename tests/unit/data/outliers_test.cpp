#include "data/outliers.h"

#include <algorithm>
#include <array>
#include <set>

#include "support/testing.h"

namespace digits {
namespace {

constexpr int kSetSide = 12;
constexpr std::size_t kPixels = kSetSide * kSetSide;

using Pixel = std::array<std::uint8_t, 3>;

// Pixel p is (p, p + 1, p + 2): no two are equal, and mixed channels are visible.
Dataset counting_image() {
  auto set = random_dataset(1, kSetSide, kSetSide, 3);
  for (std::size_t i = 0; i < set.images.size(); ++i) {
    set.images[i] = static_cast<std::uint8_t>(i / 3 + i % 3);
  }
  return set;
}

std::vector<Pixel> pixels_of(const std::uint8_t* image) {
  std::vector<Pixel> pixels(kPixels);
  for (std::size_t p = 0; p < kPixels; ++p) std::copy_n(image + 3 * p, 3, pixels[p].begin());
  return pixels;
}

std::vector<Pixel> outlier(const Dataset& set, std::uint64_t key) {
  std::vector<std::uint8_t> out(set.schema.image_bytes() + 1, 99);
  write_outlier(set.schema, set.image(0), out.data(), Rng(test_seed(), Stream::kAugment, key));
  EXPECT_EQ(out.back(), 99);  // nothing is written past the image
  return pixels_of(out.data());
}

// The same key gives the same image. Another key gives another image.
TEST(Outlier, IsAFunctionOfItsKey) {
  const auto set = counting_image();
  EXPECT_EQ(outlier(set, 5), outlier(set, 5));
  EXPECT_NE(outlier(set, 5), outlier(set, 6));
}

// Of 300 keys each kind gets 100; five standard deviations are 41. A scrambled image has the pixels
// of the original with their channels together, and few of them in their places: one by chance, and
// 12 or more with a probability below 1e-9.
TEST(Outlier, IsOneColourNoiseOrScrambledWithEqualChance) {
  const auto set = counting_image();
  const auto original = pixels_of(set.image(0));
  int scrambled = 0;
  int noise = 0;
  std::vector<Pixel> colours;
  for (std::uint64_t key = 0; key < 300; ++key) {
    const auto pixels = outlier(set, key);
    if (std::all_of(pixels.begin(), pixels.end(), [&](auto& p) { return p == pixels[0]; })) {
      colours.push_back(pixels[0]);
    } else if (std::is_permutation(pixels.begin(), pixels.end(), original.begin())) {
      ++scrambled;
      int in_place = 0;
      for (std::size_t p = 0; p < kPixels; ++p) in_place += pixels[p] == original[p] ? 1 : 0;
      EXPECT_LT(in_place, 12);
    } else {
      ++noise;
    }
  }
  EXPECT_NEAR(static_cast<double>(colours.size()), 100, 41);
  EXPECT_NEAR(scrambled, 100, 41);
  EXPECT_NEAR(noise, 100, 41);
  // Each channel of a colour has its own value: all three are equal once in 65,536 colours.
  const auto grey = std::count_if(colours.begin(), colours.end(),
                                  [](auto& c) { return c[0] == c[1] && c[1] == c[2]; });
  EXPECT_LE(grey, 2);
  EXPECT_GE(std::set<Pixel>(colours.begin(), colours.end()).size(), colours.size() - 2);
}

// Noise is uniform over all bytes: of some 43,000 values each quarter of the range has a fourth,
// and five standard deviations of that are 0.011 (of half as many values 0.015).
TEST(Outlier, NoiseIsUniformOverTheRange) {
  const auto set = counting_image();
  const auto original = pixels_of(set.image(0));
  std::array<double, 4> quarters{};
  double values = 0;
  for (std::uint64_t key = 0; key < 300; ++key) {
    const auto pixels = outlier(set, key);
    const bool plain = pixels[0] == pixels[1] && pixels[1] == pixels[2];
    if (plain || std::is_permutation(pixels.begin(), pixels.end(), original.begin())) continue;
    for (const auto& pixel : pixels) {
      for (const auto value : pixel) ++quarters[value / 64];
    }
    values += 3.0 * kPixels;
  }
  ASSERT_GT(values, 0);
  for (const auto quarter : quarters) EXPECT_NEAR(quarter / values, 0.25, 0.015);
}

}  // namespace
}  // namespace digits
