#include "synthetic/specimens.h"

#include <algorithm>
#include <opencv2/imgproc.hpp>
#include <set>

#include "support/testing.h"
#include "synthetic/pen.h"
#include "synthetic/synthetic.h"

namespace digits {
namespace {

Schema digits_schema(int side = 28, int classes = 10) {
  return {side, side, 1, numbered_class_names(classes)};
}

// Letters, colours and tiny images cannot be drawn.
TEST(CanDraw, AcceptsOnlyDigitNames) {
  EXPECT_TRUE(can_draw(digits_schema()));
  EXPECT_TRUE(can_draw(digits_schema(16, 3)));
  EXPECT_FALSE(can_draw(digits_schema(15)));
  EXPECT_FALSE(can_draw(digits_schema(28, 11)));
  EXPECT_FALSE(can_draw({28, 28, 3, numbered_class_names(10)}));
  EXPECT_FALSE(can_draw({28, 28, 1, {"cat", "dog"}}));
}

// Nine different digits of each class, the same ones each time, at any size.
TEST(CanonicalDigits, HoldNineOfEachClass) {
  for (const auto& schema : {digits_schema(), digits_schema(20, 4)}) {
    const auto set = canonical_digits(schema);
    EXPECT_THAT(class_counts(set), testing::Each(9U));
    EXPECT_EQ(class_counts(set).size(), static_cast<std::size_t>(schema.classes()));
    EXPECT_EQ(set.images, canonical_digits(schema).images);
    std::set<std::vector<std::uint8_t>> distinct;
    for (std::size_t i = 0; i < set.size(); ++i) {
      distinct.emplace(set.image(i), set.image(i) + schema.image_bytes());
    }
    EXPECT_EQ(distinct.size(), set.size());
  }
}

// An erasure's parts are those of its style.
TEST(Erasures, NameStyles) {
  std::vector<std::string> styles;
  for (const auto& erasure : erasures()) {
    styles.push_back(glyphs_of(erasure.digit).at(static_cast<std::size_t>(erasure.style)).style);
  }
  EXPECT_THAT(styles, testing::ElementsAre("two rings", "two rings", "two rings", "straight",
                                           "plain", "zed"));
}

// Lifting the pen removes ink and adds none: the rest of the digit is drawn the same way. Without
// any stroke no ink is left.
TEST(DrawGlyph, RemovesInkOfLiftedStrokes) {
  for (std::uint64_t key = 0; key < 10; ++key) {
    for (const auto& erasure : erasures()) {
      const auto& glyph = glyphs_of(erasure.digit).at(static_cast<std::size_t>(erasure.style));
      Rng rng(test_seed(), Stream::kTest, key);
      const auto factors = draw_factors(erasure.digit, rng);
      const auto draw = [&](const std::vector<StrokePart>& lifted, Rng copy) {
        return draw_glyph(glyph, factors, copy, lifted);
      };
      const auto whole = draw({}, rng);
      const auto erased = draw(erasure.lifted, rng);
      EXPECT_EQ(cv::countNonZero(erased > whole), 0);
      EXPECT_LT(cv::countNonZero(erased), cv::countNonZero(whole));
      std::vector<StrokePart> all;
      for (std::size_t s = 0; s < glyph.strokes.size(); ++s) {
        all.push_back({s, 0, glyph.strokes[s].size() - 1});
      }
      EXPECT_EQ(cv::countNonZero(draw(all, rng)), 0);
    }
  }
}

// The tail is the part below a 9's bowl: without it the glyph's lower half is empty.
TEST(DrawGlyph, LiftsTheNamedPart) {
  const auto& glyph = glyphs_of(9).front();
  Factors factors;
  factors.aspect = 1.0;
  factors.thickness = 0.05;
  Rng rng(test_seed(), Stream::kTest);
  const auto canvas = draw_glyph(glyph, factors, rng, {{1, 0, 2}});
  EXPECT_GT(cv::countNonZero(canvas.rowRange(0, canvas.rows / 2)), 0);
  EXPECT_EQ(cv::countNonZero(canvas.rowRange(canvas.rows / 2 + 4, canvas.rows)), 0);
}

// Pairs of the same handwriting: the first has the label of the written digit, the second that of
// the digit after the erasure. Both images differ, and so does the handwriting of the pairs.
TEST(ErasedPairs, HoldWholeAndErasedDigits) {
  for (const auto& erasure : erasures()) {
    const auto pairs = erased_pairs(erasure, digits_schema(), 12, test_seed());
    ASSERT_EQ(pairs.whole.size(), 12U);
    ASSERT_EQ(pairs.erased.size(), 12U);
    EXPECT_THAT(pairs.whole.labels, testing::Each(erasure.digit));
    EXPECT_THAT(pairs.erased.labels, testing::Each(erasure.becomes));
    for (std::size_t i = 0; i < 12; ++i) {
      const auto bytes = pairs.whole.schema.image_bytes();
      EXPECT_FALSE(
          std::equal(pairs.whole.image(i), pairs.whole.image(i) + bytes, pairs.erased.image(i)));
      EXPECT_TRUE(i == 0 || !std::equal(pairs.whole.image(i), pairs.whole.image(i) + bytes,
                                        pairs.whole.image(0)));
    }
    EXPECT_EQ(erased_pairs(erasure, digits_schema(), 5, test_seed()).erased.images,
              subset(pairs.erased, {0, 1, 2, 3, 4}).images);
  }
  const auto same = erased_pairs({8, 1, {}, 8}, digits_schema(), 9, test_seed());
  EXPECT_EQ(same.whole.images, same.erased.images);  // the rest of both digits is the same
}

// A neat hand: of the factors of any hand, the pen and the shape within limits, and half the warp
// and the tremor.
TEST(ErasedPairs, AreDrawnByNeatHands) {
  const auto& erasure = erasures()[3];
  ASSERT_EQ(erasure.style, 0);
  const auto pairs = erased_pairs(erasure, digits_schema(), 40, test_seed());
  for (std::size_t i = 0; i < 40; ++i) {
    Rng rng(test_seed(), Stream::kPerturb, i);
    auto factors = draw_factors(9, rng);
    factors.style = 0;
    factors.thickness = std::min(std::max(factors.thickness, 0.07), 0.14);
    factors.aspect = std::min(std::max(factors.aspect, 0.6), 1.0);
    factors.warp /= 2.0;
    factors.jitter /= 2.0;
    auto same = rng;
    const auto whole = draw_digit(9, factors, 28, 28, rng);
    const auto erased = draw_digit(9, factors, 28, 28, same, erasure.lifted);
    EXPECT_TRUE(std::equal(whole.begin(), whole.end(), pairs.whole.image(i))) << i;
    EXPECT_TRUE(std::equal(erased.begin(), erased.end(), pairs.erased.image(i))) << i;
  }
}

// By the digit, then thin, medium and thick, each slanted to the left, upright and to the right: a
// pen without tremor draws the most common glyph. Chance decides nothing.
TEST(CanonicalDigits, AreDrawnWithKnownFactors) {
  const auto set = canonical_digits(digits_schema(20, 3));
  Rng rng(test_seed(), Stream::kTest);
  std::size_t next = 0;
  for (int digit = 0; digit < 3; ++digit) {
    for (const double thickness : {0.07, 0.11, 0.16}) {
      for (const double slant : {-0.1, 0.1, 0.3}) {
        Factors factors;
        factors.slant = slant;
        factors.aspect = 0.75;
        factors.thickness = thickness;
        factors.softness = 0.4;
        factors.ink = 1.2;
        const auto image = draw_digit(digit, factors, 20, 20, rng);
        ASSERT_LT(next, set.size());
        EXPECT_EQ(set.labels[next], digit);
        EXPECT_TRUE(std::equal(image.begin(), image.end(), set.image(next))) << next;
        ++next;
      }
    }
  }
  EXPECT_EQ(next, set.size());
}

}  // namespace
}  // namespace digits
