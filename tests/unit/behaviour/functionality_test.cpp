#include "behaviour/functionality.h"

#include <algorithm>
#include <set>

#include "data/perturb.h"
#include "support/fakes.h"
#include "support/testing.h"
#include "synthetic/specimens.h"

namespace digits {
namespace {

// Images of one grey value each, of class 1.
Dataset greys(const std::vector<std::uint8_t>& values) {
  auto set = random_dataset(values.size(), 2, 2, 1, 2);
  for (std::size_t i = 0; i < values.size(); ++i) std::fill_n(set.image(i), 4, values[i]);
  std::fill(set.labels.begin(), set.labels.end(), std::uint8_t{1});
  return set;
}

const Classifier by_grey = scored_by([](const std::uint8_t* image) { return image[0] / 255.0; });

// 100 right answers from 0.6 up, and wrong ones below a half, which are as confident of the other
// class: 5 % of the right answers are below the threshold, and wrong ones do not count.
TEST(ConfidenceThreshold, IsReachedBy95PercentOfRightAnswers) {
  std::vector<std::uint8_t> values;
  for (int i = 0; i < 100; ++i) values.push_back(static_cast<std::uint8_t>(153 + i / 2));
  for (int i = 0; i < 50; ++i) values.push_back(static_cast<std::uint8_t>(2 * i));
  EXPECT_DOUBLE_EQ(confidence_threshold(by_grey, greys(values)), 155 / 255.0);
}

// A model that is always confident does not raise the threshold above 0.9. One that is never right
// has no threshold.
TEST(ConfidenceThreshold, IsAtMostNineTenths) {
  EXPECT_DOUBLE_EQ(confidence_threshold(by_grey, greys({255, 254, 253})), 0.9);
  EXPECT_DOUBLE_EQ(confidence_threshold(by_grey, greys({0, 10})), 0.9);
}

TEST(ConfidentShare, IncludesTheThreshold) {
  const auto share = confident_share(by_grey, greys({255, 204, 200, 0}), 204 / 255.0);
  EXPECT_DOUBLE_EQ(share.value, 0.75);  // the last one is confident of class 0
  EXPECT_EQ(share.n, 4U);
}

TEST(BlankImages, RangeFromPaperToInk) {
  const auto set = blank_images({3, 2, 3, numbered_class_names(2)});
  ASSERT_EQ(set.size(), 9U);
  EXPECT_EQ(set.image(0)[0], 0);
  EXPECT_EQ(set.image(4)[0], 127);
  EXPECT_EQ(set.image(8)[0], 255);
  for (std::size_t i = 0; i < 9; ++i) {
    EXPECT_THAT(std::vector<int>(set.image(i), set.image(i) + 18), testing::Each(set.image(i)[0]));
  }
}

// All byte values are equally likely, and no two images are equal.
TEST(NoiseImages, AreUniform) {
  const auto set = noise_images({20, 20, 1, numbered_class_names(2)}, 50, test_seed());
  double sum = 0.0;
  for (const int byte : set.images) sum += byte;
  EXPECT_NEAR(sum / 20000.0, 127.5, 2.6);  // five standard errors of 74 / sqrt(20000)
  EXPECT_FALSE(std::equal(set.image(0), set.image(1), set.image(1)));
  EXPECT_EQ(std::set<int>(set.images.begin(), set.images.end()).size(), 256U);
}

// The same pixels, each with all its channels, in another order for each image.
TEST(ScrambledImages, KeepTheirPixels) {
  auto set = random_dataset(2, 9, 7, 3);
  std::copy(set.image(0), set.image(1), set.image(1));
  const auto scrambled = scrambled_images(set, test_seed());
  const auto pixels = [](const std::uint8_t* image) {
    std::vector<std::array<int, 3>> all;
    for (int p = 0; p < 63; ++p) {
      all.push_back({image[3 * p], image[3 * p + 1], image[3 * p + 2]});
    }
    return all;
  };
  EXPECT_THAT(pixels(scrambled.image(0)), testing::UnorderedElementsAreArray(pixels(set.image(0))));
  EXPECT_NE(pixels(scrambled.image(0)), pixels(set.image(0)));
  EXPECT_NE(pixels(scrambled.image(0)), pixels(scrambled.image(1)));
}

// A pixel keeps all of its channels, whatever their number: two pixels change their places, or
// stay.
TEST(ScrambledImages, KeepAllChannels) {
  constexpr int kChannels = 1 << 17;
  const auto set = random_dataset(1, 1, 2, kChannels);
  auto exchanged = set.images;
  std::rotate(exchanged.begin(), exchanged.begin() + kChannels, exchanged.end());
  const auto scrambled = scrambled_images(set, test_seed()).images;
  EXPECT_TRUE(scrambled == set.images || scrambled == exchanged);
}

// A model that is confident only of images with a white top and a black bottom passes. A model that
// is always confident does not.
TEST(MeasureConfidence, DetectsUnjustifiedConfidence) {
  auto set = random_dataset(100, 8, 8, 1, 2);
  for (std::size_t i = 0; i < set.size(); ++i) {
    std::fill_n(set.image(i), 32, std::uint8_t{255});
    std::fill_n(set.image(i) + 32, 32, std::uint8_t{0});
    set.labels[i] = 1;
  }
  const auto measured = [&](const Classifier& classify) {
    std::vector<double> shares;
    for (const auto& one : measure_confidence(classify, set, test_seed())) {
      shares.push_back(one.observed.value);
    }
    return shares;
  };
  const auto careful = scored_by([](const std::uint8_t* image) {
    return std::all_of(image, image + 32, [](int v) { return v == 255; }) && image[63] == 0 ? 1.0
                                                                                            : 0.5;
  });
  EXPECT_THAT(measured(careful), testing::Each(0.0));
  EXPECT_THAT(measured(always(1)), testing::Each(1.0));
}

// A model that knows all 90 digits is right on all of them, and a single mistake is counted.
TEST(MeasureCanonicalDigits, CountsEveryMistake) {
  const Schema schema{20, 20, 1, numbered_class_names(10)};
  const auto known = canonical_digits(schema);
  const auto by_heart = [&](std::size_t mistakes) {
    return decided_by([&known, mistakes](const std::uint8_t* image) {
      for (std::size_t i = mistakes; i < known.size(); ++i) {
        if (std::equal(image, image + 400, known.image(i))) return int{known.labels[i]};
      }
      return 9;
    });
  };
  EXPECT_EQ(measure_canonical_digits(by_heart(0), schema).observed.value, 1.0);
  EXPECT_DOUBLE_EQ(measure_canonical_digits(by_heart(1), schema).observed.value, 89.0 / 90.0);
  EXPECT_EQ(measure_canonical_digits(always(3), schema).observed.value, 0.1);
}

}  // namespace
}  // namespace digits
