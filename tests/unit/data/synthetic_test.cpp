#include "data/synthetic.h"

#include <algorithm>
#include <numeric>

#include "data/glyphs.h"
#include "data/validate.h"
#include "support/testing.h"

namespace digits {
namespace {

SyntheticOptions options_of(std::size_t count) {
  SyntheticOptions options;
  options.count = count;
  options.seed = test_seed();
  return options;
}

// Image k is a function of (seed, k): neither threads nor the number of images around it matter.
TEST(Synthesise, DependsOnSeedAndIndexAlone) {
  const auto all = synthesise(options_of(40));
  auto options = options_of(40);
  options.threads = 3;
  EXPECT_EQ(synthesise(options).images, all.images);
  options.count = 5;
  options.first_index = 30;
  const auto tail = synthesise(options);
  EXPECT_TRUE(std::equal(tail.images.begin(), tail.images.end(), all.image(30)));
  options.seed = test_seed() + 1;
  EXPECT_NE(synthesise(options).images, tail.images);
}

TEST(Synthesise, IsBalancedWithinOne) {
  const auto counts = class_counts(synthesise(options_of(25)));
  EXPECT_EQ(*std::max_element(counts.begin(), counts.end()), 3U);
  EXPECT_EQ(*std::min_element(counts.begin(), counts.end()), 2U);
}

// What the pipeline draws must pass what the pipeline checks.
TEST(Synthesise, PassesValidation) {
  for (const auto& finding : validate(synthesise(options_of(500)))) {
    ADD_FAILURE() << finding.code << ": " << finding.message;
  }
}

// An image of a class is nearer to its own class's mean than to the others' in most cases: a
// generator that mixed its labels up would score one in ten.
TEST(Synthesise, ClassesLookDifferent) {
  const auto set = synthesise(options_of(1000));
  const auto bytes = set.schema.image_bytes();
  std::vector<std::vector<double>> means(10, std::vector<double>(bytes, 0.0));
  for (std::size_t i = 0; i < set.size(); ++i) {
    for (std::size_t b = 0; b < bytes; ++b) means[set.labels[i]][b] += set.image(i)[b] / 100.0;
  }
  int right = 0;
  for (std::size_t i = 0; i < set.size(); ++i) {
    std::vector<double> distances;
    for (const auto& mean : means) {
      distances.push_back(std::inner_product(
          mean.begin(), mean.end(), set.image(i), 0.0, std::plus<>(),
          [](double m, std::uint8_t pixel) { return (m - pixel) * (m - pixel); }));
    }
    const auto nearest = std::min_element(distances.begin(), distances.end()) - distances.begin();
    right += nearest == set.labels[i] ? 1 : 0;
  }
  EXPECT_GT(right, 600);
}

TEST(Synthesise, DrawsOtherSizesAndFewerClasses) {
  auto options = options_of(12);
  options.rows = 16;
  options.cols = 20;
  options.classes = 4;
  const auto set = synthesise(options);
  EXPECT_EQ(set.schema.image_bytes(), 320U);
  EXPECT_EQ(*std::max_element(set.labels.begin(), set.labels.end()), 3);
  EXPECT_TRUE(validate(set).empty());
}

TEST(Synthesise, RefusesWhatItCannotDraw) {
  auto options = options_of(1);
  options.classes = 11;
  expect_error("config.synthetic", [&] { synthesise(options); });
  options.classes = 10;
  options.rows = 4;
  expect_error("config.synthetic", [&] { synthesise(options); });
}

TEST(Glyphs, EveryDigitHasStrokes) {
  for (int digit = 0; digit < 10; ++digit) {
    ASSERT_FALSE(glyphs_of(digit).empty());
    for (const auto& glyph : glyphs_of(digit)) {
      for (const auto& stroke : glyph) EXPECT_GE(stroke.size(), 2U) << digit;
    }
  }
}

}  // namespace
}  // namespace digits
