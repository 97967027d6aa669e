// Changes of pixels that stay in their places: noise, blur, erasing, contrast and brightness.
#include <gmock/gmock.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <opencv2/imgproc.hpp>

#include "data/augment.h"
#include "support/testing.h"
#include "unit/data/augmented.h"

namespace digits {
namespace {

// Draws are uniform from 0 to the strength s, so the noise's mean square over many keys is s^2 / 3.
// 200 keys of 400 pixels: the draws' own spread leaves a relative error of 6 % (one sigma).
TEST(Augment, AddsNoiseOfTheConfiguredDeviation) {
  const auto set = plain_image(128);
  // 25.5 of 255: five deviations to either end of the range.
  const auto options = only(&AugmentOptions::noise, 0.1);
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
  const auto options = only(&AugmentOptions::blur, 2.0);
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
// pixel. The rectangle lies anywhere: away from the top and from the left edge with a chance of 3/4
// at least.
TEST(Augment, ErasesOneRectangle) {
  for (const int channels : {1, 3}) {
    auto set = plain_image(0, 20, channels);
    for (std::size_t i = 0; i < set.images.size(); ++i) {
      set.images[i] = static_cast<std::uint8_t>(1 + i % 255);
    }
    const auto options = only(&AugmentOptions::erase, 0.5);
    int away = 0;
    for (std::uint64_t key = 0; key < 30; ++key) {
      auto out = augmented(options, set, 0, key);
      const cv::Mat image(20, 20, CV_8UC(channels), out.data());
      cv::Mat1b erased;
      cv::inRange(image, cv::Scalar::all(0), cv::Scalar::all(0), erased);
      const auto box = cv::boundingRect(erased);
      EXPECT_LE(std::max(box.width, box.height), 10);
      EXPECT_EQ(cv::countNonZero(erased), box.area());
      away += box.x > 0 && box.y > 0 ? 1 : 0;
      const cv::Mat whole(20, 20, CV_8UC(channels), set.image(0));
      if (!box.empty()) whole(box).copyTo(image(box));
      EXPECT_EQ(out, original(set, 0));
    }
    EXPECT_GE(away, 5);
  }
}

// One gain for the whole image, uniform around 1: paper stays paper, and grey 100 becomes 70 to
// 130. 300 keys: the mean gain is within 5 standard deviations of 1, 0.3 / sqrt(3 * 300) = 0.01
// each.
TEST(Augment, ChangesContrastByOneGain) {
  auto set = plain_image(100, 4);
  set.images[5] = 0;
  const auto options = only(&AugmentOptions::contrast, 0.3);
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
  const auto options = only(&AugmentOptions::brightness, 0.1);
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

}  // namespace
}  // namespace digits
