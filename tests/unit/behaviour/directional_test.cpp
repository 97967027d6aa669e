#include "behaviour/directional.h"

#include <algorithm>
#include <numeric>

#include "support/fakes.h"
#include "support/testing.h"
#include "synthetic/specimens.h"

namespace digits {
namespace {

// White images of two classes, all labelled 1.
Dataset white(std::size_t n) {
  auto set = random_dataset(n, 10, 10, 1, 2);
  std::fill(set.images.begin(), set.images.end(), std::uint8_t{255});
  std::fill(set.labels.begin(), set.labels.end(), std::uint8_t{1});
  return set;
}

double brightness(const std::uint8_t* image) {
  return std::accumulate(image, image + 100, 0.0) / 25500.0;
}

// Half the light, then a fifth of it: the probability of class 1 is 1, 0.5, 0.2, but for rounding.
TEST(Drops, CompareEachLevelWithThePreviousOne) {
  const auto steps =
      drops(scored_by(brightness), white(20), {toned(0.5, 0.0), toned(0.2, 0.0)}, test_seed(), 1);
  ASSERT_EQ(steps.size(), 2U);
  EXPECT_NEAR(steps[0].value, 0.5, 0.003);
  EXPECT_NEAR(steps[1].value, 0.3, 0.003);
  // All images drop alike. Of 20, a share of z^2 / (20 + z^2) = 0.1611 may be unseen and rise by 1.
  EXPECT_NEAR(steps[1].low, 0.3 - 0.1611 * (0.3 + 1.0), 0.003);
  EXPECT_EQ(steps[1].n, 20U);
}

// The true class is measured: the probability of class 0 rises.
TEST(Drops, MeasureTheTrueClass) {
  auto set = white(20);
  std::fill(set.labels.begin(), set.labels.end(), std::uint8_t{0});
  const auto steps = drops(scored_by(brightness), set, {toned(0.5, 0.0)}, test_seed(), 1);
  EXPECT_NEAR(steps[0].value, -0.5, 0.003);
}

// A light pixel loses more than half of its value at the weakest blur, in an image of any size.
TEST(Degradations, BlurImagesOfAnySize) {
  for (const int side : {5, 8, 28}) {
    const Schema schema{side, side, 1, numbered_class_names(2)};
    const auto pixel = static_cast<std::size_t>(side / 2 * side + side / 2);
    Dataset set{schema, std::vector<std::uint8_t>(schema.image_bytes()), {1}};
    set.images[pixel] = 255;
    const auto levels = degradations(schema).back();
    ASSERT_EQ(levels.name, "blur");
    EXPECT_LT(perturbed(set, levels.levels.front(), test_seed(), 1).images[pixel], 128) << side;
  }
}

// A classifier whose probability falls at every level passes. One that does not react, or not
// beyond some strength, does not.
TEST(MeasureDegradations, TakesTheLevelWithTheSmallestDrop) {
  auto set = white(400);  // all drop alike: fewer images leave the sign undecided
  for (std::size_t i = 0; i < set.size(); ++i) {  // a dark frame, so that blur changes something
    for (int p = 0; p < 100; ++p) {
      if (p / 10 % 9 == 0 || p % 10 % 9 == 0) set.image(i)[p] = 0;
    }
  }
  const auto falls = [&](const Classifier& classify) {
    std::vector<bool> verdicts;
    for (const auto& step : measure_degradations(classify, set, test_seed(), 1)) {
      verdicts.push_back(step.observed.low > 0.01);
    }
    return verdicts;
  };
  // The share of the inner 64 pixels that keep their brightness: each change lowers it.
  const auto intact = [](const std::uint8_t* image) {
    double sum = 0.0;
    for (int p = 0; p < 100; ++p) sum += p / 10 % 9 == 0 || p % 10 % 9 == 0 ? 0.0 : image[p];
    return sum / 255.0 / 64.0;
  };
  EXPECT_THAT(falls(scored_by(intact)), testing::ElementsAre(true, true, true));
  EXPECT_THAT(falls(always(1)), testing::ElementsAre(false, false, false));
  const auto up_to_a_point = [=](const std::uint8_t* image) {
    return std::max(0.93, intact(image));
  };
  EXPECT_THAT(falls(scored_by(up_to_a_point)), testing::ElementsAre(false, false, false));
}

// One image has no spread, so the intervals of all steps are equal: the first step decides. The
// probabilities are 0.9, 0.7, 0.6 and 0.55 in turn, for each degradation.
TEST(MeasureDegradations, TakesTheFirstOfEquallyCertainSteps) {
  std::size_t calls = 0;
  const Classifier falling = [&calls](const Dataset&) {
    const double one = std::vector{0.9, 0.7, 0.6, 0.55}[calls++ % 4];
    return std::vector{1.0 - one, one};
  };
  const auto all = measure_degradations(falling, white(1), test_seed(), 1);
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(calls, 12U);
  for (const auto& one : all) {
    EXPECT_NEAR(one.observed.value, 0.2, 1e-12) << one.name;
    EXPECT_EQ(one.observed.low, -1.0);
    EXPECT_EQ(one.observed.high, 1.0);
  }
}

// Whole images are white and erased ones black. Of three classes, class 2 is the class after the
// erasure.
TEST(GainByErasure, MeasuresTheResultingClass) {
  ErasedPairs pairs{random_dataset(6, 4, 4), random_dataset(6, 4, 4)};
  std::fill(pairs.whole.images.begin(), pairs.whole.images.end(), std::uint8_t{255});
  std::fill(pairs.erased.images.begin(), pairs.erased.images.end(), std::uint8_t{0});
  std::fill(pairs.whole.labels.begin(), pairs.whole.labels.end(), std::uint8_t{0});
  std::fill(pairs.erased.labels.begin(), pairs.erased.labels.end(), std::uint8_t{2});
  const Classifier classify = [](const Dataset& set) {
    std::vector<double> probabilities;
    for (std::size_t i = 0; i < set.size(); ++i) {
      const auto row =
          set.image(i)[0] == 0 ? std::vector{0.1, 0.2, 0.7} : std::vector{0.6, 0.1, 0.3};
      probabilities.insert(probabilities.end(), row.begin(), row.end());
    }
    return probabilities;
  };
  EXPECT_NEAR(gain_by_erasure(classify, pairs).value, 0.4, 1e-12);
  EXPECT_EQ(gain_by_erasure(classify, pairs).n, 6U);
}

// Only pairs of known digits are drawn: the first two classes have none.
TEST(MeasureErasures, OmitsUnknownDigits) {
  const auto measured = [](int classes) {
    return measure_erasures(always(0), {16, 16, 1, numbered_class_names(classes)}, 2, test_seed());
  };
  EXPECT_EQ(measured(10).size(), erasures().size());
  EXPECT_EQ(measured(2).size(), 0U);
  ASSERT_EQ(measured(8).size(), 2U);  // of a 7 and of a 2
  EXPECT_EQ(measured(8)[0].observed.value, 0.0);
}

}  // namespace
}  // namespace digits
