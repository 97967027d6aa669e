#include "data/augment.h"

#include <rapidcheck.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <opencv2/imgproc.hpp>

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

// The same sample and key give the same result. Another key gives another result.
TEST(Augment, IsAFunctionOfItsKey) {
  const auto set = random_dataset(1, 12, 12);
  EXPECT_EQ(augmented(strong(), set, 0, 5), augmented(strong(), set, 0, 5));
  EXPECT_NE(augmented(strong(), set, 0, 5), augmented(strong(), set, 0, 6));
  EXPECT_NE(augmented(strong(), set, 0, 5), original(set, 0));
}

// A bright dot in the middle moves by at most the shift, and each axis by its own draw.
TEST(Augment, ShiftIsLimitedByItsStrength) {
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

// Pixels from outside the frame are paper, not a copy of the edge.
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

// Bilinear interpolation averages, so every value stays in the range of the image.
TEST(Augment, StaysWithinTheRangeOfTheImage) {
  Dataset set = random_dataset(1, 12, 12);
  for (auto& pixel : set.images) pixel = static_cast<std::uint8_t>(pixel / 2);
  for (std::uint64_t key = 0; key < 20; ++key) {
    EXPECT_THAT(augmented(strong(), set, 0, key), testing::Each(testing::Le(127)));
  }
}

// An image of one value, on which each change is visible.
Dataset plain_image(std::uint8_t value, int side = 20, int channels = 1) {
  Dataset set = random_dataset(1, side, side, channels);
  std::fill(set.images.begin(), set.images.end(), value);
  return set;
}

// Any strengths, sizes and key: the image fills its memory exactly, and without noise no value lies
// above the image's own (paper may add lower ones). One rounding step is allowed for each of the
// two interpolations and the blur.
TEST(Augment, KeepsShapeAndRangeAtAnyStrength) {
  EXPECT_TRUE(rc::check("range", [] {
    const auto draw = [](int most) { return *rc::gen::inRange(0, most * 10 + 1) / 10.0; };
    AugmentOptions options{draw(45), draw(5), draw(1) / 2, draw(1)};
    options.elastic = draw(40);
    options.blur = draw(3);
    options.erase = draw(1);
    auto set = random_dataset(1, *rc::gen::inRange(1, 25), *rc::gen::inRange(1, 25),
                              *rc::gen::element(1, 3));
    for (auto& pixel : set.images) pixel = static_cast<std::uint8_t>(pixel / 2);
    const int largest = *std::max_element(set.images.begin(), set.images.end());

    const auto bytes = set.schema.image_bytes();
    const Rng rng(*rc::gen::arbitrary<std::uint64_t>(), Stream::kAugment);
    std::vector<std::uint8_t> out(bytes + 1, 99);  // one more byte, which must not be written
    augment(options, set.schema, set.image(0), out.data(), rng);
    RC_ASSERT(out.back() == 99);
    out.pop_back();
    RC_ASSERT(*std::max_element(out.begin(), out.end()) <= largest + 2);
    std::vector<std::uint8_t> again(bytes);
    augment(options, set.schema, set.image(0), again.data(), rng);
    RC_ASSERT(again == out);
  }));
}

// Each kind changes the image alone. The test above shows that none does so at zero strength.
TEST(Augment, EachKindChangesTheImage) {
  std::vector<AugmentOptions> kinds(11);
  kinds[0].rotation = 20.0;
  kinds[1].shift = 2.0;
  kinds[2].scale = 0.2;
  kinds[3].shear = 0.3;
  kinds[4].elastic = 30.0;
  kinds[5].blur = 2.0;
  kinds[6].noise = 0.2;
  kinds[7].erase = 0.9;
  kinds[8].contrast = 0.3;
  kinds[9].brightness = 0.2;
  kinds[10].smoothness = 9;  // no strength of its own
  const auto set = random_dataset(1, 20, 20);
  for (std::size_t k = 0; k < kinds.size(); ++k) {
    int changed = 0;
    for (std::uint64_t key = 0; key < 20; ++key) {
      changed += augmented(kinds[k], set, 0, key) != original(set, 0) ? 1 : 0;
    }
    if (k < 10) {
      EXPECT_GE(changed, 5) << "kind " << k;  // some draws are too near zero to be visible
    } else {
      EXPECT_EQ(changed, 0);
    }
  }
}

// A dot moves by at most the noise's amplitude: smoothing averages, and cannot displace further.
// With little smoothing some dots move by a pixel at least.
TEST(Augment, ElasticDisplacementIsLimitedByItsStrength) {
  auto set = plain_image(0, 21);
  for (int y = 9; y < 12; ++y) std::fill_n(&set.images[y * 21 + 9], 3, std::uint8_t{255});
  AugmentOptions options;
  options.elastic = 3.0;
  options.smoothness = 1.0;
  int bent = 0;
  for (std::uint64_t key = 0; key < 50; ++key) {
    const auto out = augmented(options, set, 0, key);
    for (int i = 0; i < 21 * 21; ++i) {
      // Interpolation spreads the dot's edge by less than a pixel.
      if (out[i] == 0) continue;
      EXPECT_LE(std::max(std::abs(i / 21 - 10), std::abs(i % 21 - 10)), 1 + 3 + 1);
    }
    bent += out != original(set, 0) ? 1 : 0;
  }
  EXPECT_GT(bent, 45);
}

// Neighbours move together: a smoothed field has a far smaller slope than its noise, so a ramp
// stays monotonic. Independent displacements would break it.
TEST(Augment, ElasticDisplacementIsSmooth) {
  auto set = plain_image(0, 28);
  for (int i = 0; i < 28 * 28; ++i) set.images[i] = static_cast<std::uint8_t>(i % 28 * 9);
  AugmentOptions options;
  options.elastic = 8.0;
  for (std::uint64_t key = 0; key < 20; ++key) {
    const auto out = augmented(options, set, 0, key);
    for (int y = 4; y < 24; ++y) {
      EXPECT_TRUE(std::is_sorted(&out[y * 28 + 4], &out[y * 28 + 24])) << "key " << key;
    }
  }
}

// Draws are uniform from 0 to the strength s, so the noise's mean square over many keys is s^2 / 3.
// 200 keys of 400 pixels: the draws' own spread leaves a relative error of 6 % (one sigma).
TEST(Augment, AddsNoiseOfTheConfiguredDeviation) {
  const auto set = plain_image(128);
  AugmentOptions options;
  options.noise = 0.1;  // 25.5 of 255: five deviations to either end of the range
  double sum = 0.0;
  double squares = 0.0;
  constexpr int kKeys = 200;
  for (std::uint64_t key = 0; key < kKeys; ++key) {
    for (const int pixel : augmented(options, set, 0, key)) {
      sum += pixel - 128;
      squares += (pixel - 128) * (pixel - 128);
    }
  }
  constexpr double kPixels = kKeys * 20.0 * 20.0;
  EXPECT_NEAR(sum / kPixels, 0.0, 0.5);
  EXPECT_NEAR(squares / kPixels / (25.5 * 25.5 / 3.0), 1.0, 0.3);
}

// The steepest step between neighbours becomes smaller, and in the middle no ink is lost: each row
// keeps its sum, except for rounding.
TEST(Augment, BlursEdges) {
  auto set = plain_image(0, 28);
  for (int i = 0; i < 28 * 28; ++i) set.images[i] = i % 28 >= 12 && i % 28 < 16 ? 255 : 0;
  AugmentOptions options;
  options.blur = 2.0;
  int softer = 0;
  for (std::uint64_t key = 0; key < 20; ++key) {
    const auto out = augmented(options, set, 0, key);
    int steepest = 0;
    for (int x = 1; x < 28; ++x) steepest = std::max(steepest, out[280 + x] - out[280 + x - 1]);
    softer += steepest < 230 ? 1 : 0;
    EXPECT_NEAR(std::accumulate(&out[280], &out[308], 0), 4 * 255, 14);
  }
  EXPECT_GE(softer, 10);  // sigma above half a pixel has a chance of 3/4
}

// Erasing leaves paper in one rectangle of at most that share of the sides, and changes no other
// pixel.
TEST(Augment, ErasesOneRectangle) {
  for (const int channels : {1, 3}) {
    auto set = plain_image(0, 20, channels);
    for (std::size_t i = 0; i < set.images.size(); ++i) {
      set.images[i] = static_cast<std::uint8_t>(1 + i % 255);
    }
    AugmentOptions options;
    options.erase = 0.5;
    for (std::uint64_t key = 0; key < 30; ++key) {
      auto out = augmented(options, set, 0, key);
      const cv::Mat image(20, 20, CV_8UC(channels), out.data());
      cv::Mat1b erased;
      cv::inRange(image, cv::Scalar::all(0), cv::Scalar::all(0), erased);
      const auto box = cv::boundingRect(erased);
      EXPECT_LE(std::max(box.width, box.height), 10);
      EXPECT_EQ(cv::countNonZero(erased), box.area());
      const cv::Mat whole(20, 20, CV_8UC(channels), set.image(0));
      if (!box.empty()) whole(box).copyTo(image(box));
      EXPECT_EQ(out, original(set, 0));
    }
  }
}

// One gain for the whole image, uniform around 1: paper stays paper, and grey 100 becomes 70 to
// 130. 300 keys: the mean gain is within 5 standard deviations of 1, 0.3 / sqrt(3 * 300) = 0.01
// each.
TEST(Augment, ChangesContrastByOneGain) {
  auto set = plain_image(100, 4);
  set.images[5] = 0;
  AugmentOptions options;
  options.contrast = 0.3;
  double sum = 0.0;
  int least = 255;
  int most = 0;
  for (std::uint64_t key = 0; key < 300; ++key) {
    auto out = augmented(options, set, 0, key);
    EXPECT_EQ(out[5], 0);
    out[5] = out[0];
    EXPECT_THAT(out, testing::Each(out[0]));
    least = std::min<int>(least, out[0]);
    most = std::max<int>(most, out[0]);
    sum += out[0] / 100.0;
  }
  EXPECT_NEAR(sum / 300, 1.0, 0.05);
  EXPECT_THAT(least, testing::AllOf(testing::Ge(70), testing::Le(75)));
  EXPECT_THAT(most, testing::AllOf(testing::Le(130), testing::Ge(125)));
}

// One offset for the whole image: grey 100 becomes 100 - 25.5 to 100 + 25.5, as often darker as
// lighter: of 300 keys 150, five standard deviations are 43.
TEST(Augment, ChangesBrightnessByOneOffset) {
  const auto set = plain_image(100, 4);
  AugmentOptions options;
  options.brightness = 0.1;
  int lighter = 0;
  for (std::uint64_t key = 0; key < 300; ++key) {
    const auto out = augmented(options, set, 0, key);
    EXPECT_THAT(out, testing::Each(out[0]));
    EXPECT_GE(out[0], 74);
    EXPECT_LE(out[0], 126);
    lighter += out[0] > 100 ? 1 : 0;
  }
  EXPECT_NEAR(lighter, 150, 43);
}

// Values beyond the range become 0 or 255 instead of wrapping around.
TEST(Augment, ClipsValuesToTheRange) {
  AugmentOptions options;
  options.contrast = 0.5;
  options.brightness = 0.5;
  int white = 0;
  for (std::uint64_t key = 0; key < 50; ++key) {
    const auto dark = augmented(options, plain_image(20, 2), 0, key);
    const auto light = augmented(options, plain_image(250, 2), 0, key);
    EXPECT_LE(dark[0], light[0]) << "key " << key;
    white += light[0] == 255 ? 1 : 0;
  }
  EXPECT_GT(white, 5);
}

// Each option alone changes images, and only those of the map move them. The smoothness needs a
// displacement to smooth.
TEST(AugmentOptions, KnowWhatTheyChange) {
  struct Kind {
    const char* name;
    double AugmentOptions::*strength;
    bool moves, tones;
  };
  for (const Kind& kind : {Kind{"rotation", &AugmentOptions::rotation, true, false},
                           Kind{"shift", &AugmentOptions::shift, true, false},
                           Kind{"scale", &AugmentOptions::scale, true, false},
                           Kind{"shear", &AugmentOptions::shear, true, false},
                           Kind{"elastic", &AugmentOptions::elastic, true, false},
                           Kind{"blur", &AugmentOptions::blur, false, false},
                           Kind{"noise", &AugmentOptions::noise, false, false},
                           Kind{"erase", &AugmentOptions::erase, false, false},
                           Kind{"contrast", &AugmentOptions::contrast, false, true},
                           Kind{"brightness", &AugmentOptions::brightness, false, true},
                           Kind{"outliers", &AugmentOptions::outliers, false, false}}) {
    AugmentOptions options;
    options.*kind.strength = 0.25;
    EXPECT_TRUE(options.changes()) << kind.name;
    EXPECT_EQ(options.moves(), kind.moves) << kind.name;
    EXPECT_EQ(options.tones(), kind.tones) << kind.name;
  }
  AugmentOptions none;
  none.smoothness = 9.0;
  EXPECT_FALSE(none.changes());
  EXPECT_FALSE(none.moves());
  EXPECT_FALSE(none.tones());
}

}  // namespace
}  // namespace digits
