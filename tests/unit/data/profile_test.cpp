#include "data/profile.h"

#include <rapidcheck.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/rng.h"
#include "support/testing.h"

namespace digits {
namespace {

// One image of paper.
Dataset paper(int rows, int cols, int channels = 1) {
  Dataset set;
  set.schema = {rows, cols, channels, numbered_class_names(2)};
  set.images.assign(set.schema.image_bytes(), 0);
  set.labels = {1};
  return set;
}

struct Box {
  int row;
  int col;
  int height;
  int width;
};

// One grey image with a box of this value on paper.
Dataset boxed(int rows, int cols, const Box& box, std::uint8_t value = 255) {
  auto set = paper(rows, cols);
  for (int r = box.row; r < box.row + box.height; ++r) {
    std::fill_n(set.image(0) + r * cols + box.col, box.width, value);
  }
  return set;
}

ImageFeatures features(const Dataset& set) { return image_features(set.image(0), set.schema); }

// A blank image has no ink, no box and no stroke, and its centroid is the centre.
TEST(ImageFeatures, BlankImageHasDefinedValues) {
  EXPECT_THAT(features(paper(6, 10)), testing::ElementsAre(0, 0, 0, 0, 0, 5.0, 3.0, 0));
}

// A pixel at row 2, column 3 has its centre at (3.5, 2.5); its area is 1 and its perimeter 4.
TEST(ImageFeatures, OfASinglePixelMatchHandCalculation) {
  EXPECT_THAT(features(boxed(6, 5, {2, 3, 1, 1})),
              testing::ElementsAre(1.0 / 30, 1.0 / 30, 1, 1, 1.0, 3.5, 2.5, 0.5));
}

// 12 x 3 pixels from (4, 5): all eight by hand. Half the intensity moves the mean alone.
TEST(ImageFeatures, OfABarMatchHandCalculation) {
  const double share = 36.0 / 480.0;
  EXPECT_THAT(features(boxed(20, 24, {4, 5, 12, 3})),
              testing::ElementsAre(share, share, 12, 3, 0.25, 6.5, 10.0, 2.4));
  EXPECT_THAT(features(boxed(20, 24, {4, 5, 12, 3}, 153)),
              testing::ElementsAre(testing::DoubleEq(0.6 * share), share, 12, 3, 0.25, 6.5, 10.0,
                                   testing::DoubleEq(2.4)));
}

TEST(ImageFeatures, InkStartsAt128) {
  EXPECT_EQ(features(boxed(8, 8, {2, 2, 2, 2}, 127))[kInkFraction], 0.0);
  EXPECT_EQ(features(boxed(8, 8, {2, 2, 2, 2}, 127))[kBoxWidth], 0.0);
  EXPECT_EQ(features(boxed(8, 8, {2, 2, 2, 2}, 128))[kInkFraction], 4.0 / 64.0);
}

// A bar of width w and length l has thickness w l / (w + l), horizontal, vertical, or at the
// frame's edge, beyond which is paper.
TEST(ImageFeatures, ThicknessOfBarsMatchesHandCalculation) {
  for (int w = 1; w <= 6; ++w) {
    const double expected = w * 15.0 / (w + 15.0);
    EXPECT_DOUBLE_EQ(features(boxed(20, 20, {2, 7, 15, w}))[kThickness], expected) << w;
    EXPECT_DOUBLE_EQ(features(boxed(20, 20, {7, 2, w, 15}))[kThickness], expected) << w;
    EXPECT_DOUBLE_EQ(features(boxed(20, 20, {0, 0, 15, w}))[kThickness], expected) << w;
  }
}

// Edges with a fifth of the ink widen a bar of 2 by two fifths, with any ink threshold.
TEST(ImageFeatures, SoftEdgesCountByIntensity) {
  auto set = boxed(20, 20, {2, 7, 15, 4}, 51);
  for (int r = 2; r < 17; ++r) std::fill_n(set.image(0) + r * 20 + 8, 2, std::uint8_t{255});
  EXPECT_DOUBLE_EQ(features(set)[kThickness], 2.4 * 15.0 / (2.4 + 15.0));
}

// Any drawing, shifted by whole pixels: the centroid moves by the shift of each axis, and no other
// feature changes.
TEST(ImageFeatures, ShiftMovesOnlyTheCentroid) {
  EXPECT_TRUE(rc::check("shift", [] {
    const auto pixels =
        *rc::gen::container<std::vector<std::uint8_t>>(16, rc::gen::arbitrary<std::uint8_t>());
    const int dx = *rc::gen::inRange(0, 9);
    const int dy = *rc::gen::inRange(0, 5);
    RC_PRE(std::any_of(pixels.begin(), pixels.end(), [](auto pixel) { return pixel > 0; }));
    const auto draw = [&](int row, int col) {
      auto set = paper(8, 12);
      for (int r = 0; r < 4; ++r) {
        std::copy_n(pixels.begin() + 4 * r, 4, set.image(0) + (row + r) * 12 + col);
      }
      return features(set);
    };
    auto expected = draw(0, 0);
    const auto seen = draw(dy, dx);
    expected[kCentroidX] += dx;
    expected[kCentroidY] += dy;
    for (std::size_t f = 0; f < kFeatureCount; ++f) {
      RC_ASSERT(std::abs(seen[f] - expected[f]) < 1e-9);  // sums of integers, one division
    }
  }));
}

TEST(ImageFeatures, ColourCountsAsTheMeanOfTheChannels) {
  auto set = paper(4, 4, 3);
  const std::array<std::uint8_t, 3> colour{0, 90, 180};
  for (std::size_t i = 0; i < set.images.size(); ++i) set.images[i] = colour[i % 3];
  EXPECT_DOUBLE_EQ(features(set)[kMeanIntensity], 90.0 / 255.0);
}

// Every value falls inside [0, high] for any pixels: the last bin holds no overflow, except aspects
// beyond 4.
TEST(ImageFeatures, StayWithinTheirBins) {
  const auto set = random_dataset(200, 7, 9);
  const auto bins = feature_bins(set.schema);
  for (std::size_t i = 0; i < set.size(); ++i) {
    const auto values = image_features(set.image(i), set.schema);
    for (std::size_t f = 0; f < kFeatureCount; ++f) {
      EXPECT_GE(values[f], 0.0) << bins[f].name;
      EXPECT_LE(f == kAspect ? 0.0 : values[f], bins[f].high) << bins[f].name;
    }
  }
  const auto full = features(boxed(7, 9, {0, 0, 7, 9}));
  for (const auto f : {kMeanIntensity, kInkFraction, kThickness}) {
    EXPECT_DOUBLE_EQ(full[f], bins[f].high);
  }
}

TEST(Profile, CountsEachImageOnceInItsBin) {
  auto set = boxed(20, 24, {4, 5, 12, 3});
  const auto blank = paper(20, 24);
  set.images.insert(set.images.end(), blank.images.begin(), blank.images.end());
  set.labels.push_back(0);
  const auto profile = make_profile(set, 1);
  EXPECT_EQ(profile.count, 2U);
  EXPECT_THAT(profile.class_counts, testing::ElementsAre(1, 1));
  const auto& height = profile.features[kBoxHeight];
  EXPECT_EQ(height.mean, 6.0);
  ASSERT_EQ(height.counts.size(), 21U);  // 0 to 20 rows
  EXPECT_EQ(height.counts[0], 1U);
  EXPECT_EQ(height.counts[12], 1U);
  const auto& x = profile.features[kCentroidX].counts;
  EXPECT_EQ(x[64], 1U);  // the middle of 24 columns in 128 bins
  EXPECT_EQ(x[34], 1U);  // 6.5 * 128 / 24 = 34.7
}

// Another number of threads or another order of the images gives the same profile.
TEST(Profile, DoesNotDependOnTheOrder) {
  const auto set = random_dataset(150);
  const auto profile = Json(make_profile(set, 1));
  EXPECT_EQ(Json(make_profile(set, 3)), profile);
  const auto mixed =
      Json(make_profile(subset(set, permutation(150, test_seed(), Stream::kTest)), 2));
  for (const auto& [name, feature] : mixed.at("features").items()) {
    EXPECT_EQ(feature.at("counts"), profile.at("features").at(name).at("counts")) << name;
  }
  EXPECT_EQ(mixed.at("class_counts"), profile.at("class_counts"));
}

TEST(Profile, RejectsAnEmptySet) {
  expect_error("data.empty", [] { make_profile(random_dataset(0), 1); });
}

// The profile of 100 images of 28x56 pixels in normal form. Then `moved` of them get another bin of
// one feature.
Profile nearly_normal(Feature feature, std::size_t bin, std::uint64_t moved, int channels = 1) {
  Profile profile;
  profile.schema = {28, 56, channels, {"0"}};
  profile.count = 100;
  std::array<std::size_t, kFeatureCount> usual{};
  usual[kBoxHeight] = usual[kBoxWidth] = 20;
  usual[kCentroidX] = usual[kCentroidY] = 65;
  const auto bins = feature_bins(profile.schema);
  for (std::size_t f = 0; f < kFeatureCount; ++f) {
    profile.features[f].counts.assign(bins[f].bins, 0);
    profile.features[f].counts[usual[f]] = 100;
  }
  auto& counts = profile.features[feature].counts;
  counts[usual[feature]] -= moved;
  counts[bin] += moved;
  return profile;
}

// By hand: a centroid lies within a pixel of (28.5, 14.5), in bins of 56 / 128 and 28 / 128 pixels;
// a side of the box has at most 22 pixels, in bins of one. The middle of a bin counts. Five of 100
// images may lie elsewhere.
TEST(InNormalForm, AllowsFivePercentOfOtherImages) {
  struct Bounds {
    Feature feature;
    std::vector<std::size_t> inside;
    std::vector<std::size_t> outside;
  };
  const std::vector<Bounds> all{{kCentroidX, {63, 66}, {62, 67}},
                                {kCentroidY, {62, 70}, {61, 71}},
                                {kBoxHeight, {0, 21}, {22, 28}},
                                {kBoxWidth, {0, 21}, {22, 56}}};
  for (const auto& [feature, inside, outside] : all) {
    for (const auto bin : inside) {
      EXPECT_TRUE(in_normal_form(nearly_normal(feature, bin, 100))) << feature << " " << bin;
    }
    for (const auto bin : outside) {
      EXPECT_TRUE(in_normal_form(nearly_normal(feature, bin, 5))) << feature << " " << bin;
      EXPECT_FALSE(in_normal_form(nearly_normal(feature, bin, 6))) << feature << " " << bin;
    }
  }
  EXPECT_FALSE(in_normal_form(nearly_normal(kBoxWidth, 0, 0, 3)));  // in colour
}

TEST(Profile, RoundTrips) {
  for (const int channels : {1, 3}) {
    const auto set = random_dataset(80, 9, 200, channels);
    const Json json = make_profile(set, 1);
    EXPECT_EQ(Json(parse_profile(Json::parse(json.dump()), set.schema, "package")), json);
  }
}

// A profile with other bins, or with counts of a wrong sum, would give wrong distances.
TEST(Profile, RejectsADamagedDocument) {
  const auto set = random_dataset(80);
  const auto refused = [&](const char* pointer, const Json& value) {
    Json json = make_profile(set, 1);
    json.at(Json::json_pointer(pointer)) = value;
    expect_error("package.malformed", [&] { parse_profile(json, set.schema, "package"); });
  };
  refused("/data/rows", 7);
  refused("/count", 81);
  refused("/count", "many");
  refused("/class_counts", {80});
  refused("/class_counts/0", 0);
  refused("/features", Json::object());
  refused("/features/centroid_x/range", {0.0, 28.0});
  refused("/features/centroid_x/counts", {80});
  refused("/features/centroid_x/counts/0", 1000);
  refused("/features/thickness/mean", nullptr);
}

}  // namespace
}  // namespace digits
