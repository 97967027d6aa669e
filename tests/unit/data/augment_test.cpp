#include "data/augment.h"

#include <rapidcheck.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/rng.h"
#include "data/perturb.h"
#include "support/testing.h"
#include "unit/data/augmented.h"

namespace digits {
namespace {

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

// A key's numbers are drawn in a fixed order, and only those that the options need: every later
// version makes the same images.
TEST(Augment, DrawsTheNumbersOfItsOptionsInAFixedOrder) {
  const auto set = random_dataset(1, 12, 12);
  AugmentOptions tone;
  tone.contrast = 0.3;
  tone.brightness = 0.1;
  for (std::uint64_t key = 0; key < 20; ++key) {
    Rng of_move(test_seed(), Stream::kAugment, key);
    Move move;
    move.rotation = of_move.uniform(-20.0, 20.0);
    move.scale = 1.0 + of_move.uniform(-0.2, 0.2);
    move.shear = of_move.uniform(-0.3, 0.3);
    move.dx = -of_move.uniform(-2.0, 2.0);
    move.dy = -of_move.uniform(-2.0, 2.0);
    EXPECT_EQ(augmented(strong(), set, 0, key), perturbed(set, moved(move)).images);

    Rng of_tone(test_seed(), Stream::kAugment, key);
    const double gain = 1.0 + of_tone.uniform(-0.3, 0.3);
    const double offset = of_tone.uniform(-0.1, 0.1);
    EXPECT_EQ(augmented(tone, set, 0, key), perturbed(set, toned(gain, offset)).images);
  }
}

// A bright dot in the middle moves by at most the shift, and each axis by its own draw.
TEST(Augment, ShiftIsLimitedByItsStrength) {
  Dataset set = random_dataset(1, 15, 15);
  std::fill(set.images.begin(), set.images.end(), std::uint8_t{0});
  set.images[7 * 15 + 7] = 255;
  const auto options = only(&AugmentOptions::shift, 3.0);
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
  const auto options = only(&AugmentOptions::shift, 4.0);
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

struct Kind {
  const char* name;
  double AugmentOptions::*strength;
  double visible;  // a strength at which many draws change an image
  bool moves, tones;
};
const std::vector<Kind> kKinds{{"rotation", &AugmentOptions::rotation, 20.0, true, false},
                               {"shift", &AugmentOptions::shift, 2.0, true, false},
                               {"scale", &AugmentOptions::scale, 0.2, true, false},
                               {"shear", &AugmentOptions::shear, 0.3, true, false},
                               {"elastic", &AugmentOptions::elastic, 30.0, true, false},
                               {"blur", &AugmentOptions::blur, 2.0, false, false},
                               {"noise", &AugmentOptions::noise, 0.2, false, false},
                               {"erase", &AugmentOptions::erase, 0.9, false, false},
                               {"contrast", &AugmentOptions::contrast, 0.3, false, true},
                               {"brightness", &AugmentOptions::brightness, 0.2, false, true}};

// Each kind changes the image alone. The first test shows that none does so at zero strength.
TEST(Augment, EachKindChangesTheImage) {
  const auto set = random_dataset(1, 20, 20);
  const auto changed = [&](const AugmentOptions& options) {
    int count = 0;
    for (std::uint64_t key = 0; key < 20; ++key) {
      count += augmented(options, set, 0, key) != original(set, 0) ? 1 : 0;
    }
    return count;
  };
  for (const auto& kind : kKinds) {  // some draws are too near zero to be visible
    EXPECT_GE(changed(only(kind.strength, kind.visible)), 5) << kind.name;
  }
  EXPECT_EQ(changed(only(&AugmentOptions::smoothness, 9.0)), 0);  // no strength of its own
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

// Ink fills the whole image. The source of each pixel lies less than a pixel from it, so a tenth of
// it along each axis lies in the ink at least.
TEST(Augment, ElasticDisplacementBelowAPixelLeavesInkEverywhere) {
  const auto set = plain_image(255, 28);
  const auto options = only(&AugmentOptions::elastic, 0.9);
  for (std::uint64_t key = 0; key < 5; ++key) {
    EXPECT_THAT(augmented(options, set, 0, key), testing::Each(testing::Gt(0))) << "key " << key;
  }
}

// Neighbours move together: a smoothed field has a far smaller slope than its noise, so a ramp
// stays monotonic. Independent displacements would break it.
TEST(Augment, ElasticDisplacementIsSmooth) {
  auto set = plain_image(0, 28);
  for (int i = 0; i < 28 * 28; ++i) set.images[i] = static_cast<std::uint8_t>(i % 28 * 9);
  const auto options = only(&AugmentOptions::elastic, 8.0);
  for (std::uint64_t key = 0; key < 20; ++key) {
    const auto out = augmented(options, set, 0, key);
    for (int y = 4; y < 24; ++y) {
      EXPECT_TRUE(std::is_sorted(&out[y * 28 + 4], &out[y * 28 + 24])) << "key " << key;
    }
  }
}

// Each option alone changes images, and only those of the map move them. The smoothness needs a
// displacement to smooth.
TEST(AugmentOptions, KnowWhatTheyChange) {
  auto kinds = kKinds;
  kinds.push_back({"outliers", &AugmentOptions::outliers, 0.1, false, false});
  for (const auto& kind : kinds) {
    const auto options = only(kind.strength, 0.25);
    EXPECT_TRUE(options.changes()) << kind.name;
    EXPECT_EQ(options.moves(), kind.moves) << kind.name;
    EXPECT_EQ(options.tones(), kind.tones) << kind.name;
  }
  const auto none = only(&AugmentOptions::smoothness, 9.0);
  EXPECT_FALSE(none.changes());
  EXPECT_FALSE(none.moves());
  EXPECT_FALSE(none.tones());
}

}  // namespace
}  // namespace digits
