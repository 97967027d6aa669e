#include "photos/photo.h"

#include <algorithm>
#include <opencv2/imgproc.hpp>
#include <vector>

#include "data/normal_form.h"
#include "support/photos.h"
#include "support/testing.h"

namespace digits {
namespace {

std::vector<DigitCrop> cut_out(const PhotoOptions& options) {
  cv::Mat1b photo;
  cv::cvtColor(compose_photo(options, test_seed()), photo, cv::COLOR_BGR2GRAY);
  return cut_out_digits(photo).digits;
}

// The difference between the normal form of a photo's only digit and that of the same digit without
// light, shadow and noise: the mean over 28 x 28 pixels, of 255, at the best of nine places a pixel
// apart, since the box may move by one.
double difference_to_plain(const PhotoOptions& options) {
  PhotoOptions plain = options;
  plain.paper = {255, 255, 255};
  plain.ink = {0, 0, 0};
  plain.gradient = plain.shadow = plain.noise = 0.0;
  const auto seen = cut_out(options);
  const auto expected = cut_out(plain);
  if (seen.size() != 1 || expected.size() != 1) return 255.0;
  const auto now = normal_form(seen[0].ink, 28, 28);
  const auto before = normal_form(expected[0].ink, 28, 28);
  double least = 255.0;
  for (int dy = -1; dy <= 1; ++dy) {
    for (int dx = -1; dx <= 1; ++dx) {
      const cv::Rect inner(1, 1, 26, 26);
      const double sum = cv::norm(now(inner), before(inner + cv::Point(dx, dy)), cv::NORM_L1);
      least = std::min(least, sum / (28 * 28));
    }
  }
  return least;
}

// Light, shadow, noise, colour and polarity change the digit by less than 20 grey levels a pixel,
// up to a shift of one pixel. Two different digits differ by about 50.
TEST(CutOutDigits, IsRobustToLightingAndNoise) {
  auto gradient = photo_of_line("0");  // a single stroke: the flag of a 5 may be separate
  gradient.gradient = 0.75;
  EXPECT_LT(difference_to_plain(gradient), 20.0);
  auto shadow = photo_of_line("2");
  shadow.shadow = 0.7;
  EXPECT_LT(difference_to_plain(shadow), 20.0);
  auto noisy = photo_of_line("3");
  noisy.noise = 10.0;
  EXPECT_LT(difference_to_plain(noisy), 20.0);
  auto board = photo_of_line("9");
  board.paper = {50, 60, 45};
  board.ink = {230, 235, 230};
  board.gradient = 0.3;
  EXPECT_LT(difference_to_plain(board), 20.0);
}

// A digit is found at any place and size, and the box gives its position.
TEST(CutOutDigits, FindsADigitAtAnyPlaceAndSize) {
  auto corner = photo_of_line("7");
  corner.height = 80;
  corner.centre = {0.8, 0.75};
  const auto found = cut_out(corner);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_TRUE(found[0].box.contains({384, 270}));
  EXPECT_LT(found[0].box.height, 100);
}

// Each bar is a digit, from the left, in any order of drawing.
TEST(CutOutDigits, ReadsFromLeftToRight) {
  cv::Mat1b line(100, 400, std::uint8_t{230});
  for (const int x : {300, 40, 170}) line(cv::Rect(x, 20, 10 + x / 20, 60)) = 20;
  const auto found = cut_out_digits(line).digits;
  ASSERT_EQ(found.size(), 3U);
  EXPECT_NEAR(found[0].box.x, 40, 3);
  EXPECT_NEAR(found[1].box.x, 170, 3);
  EXPECT_NEAR(found[2].box.x, 300, 3);
}

// Two strokes above each other are one digit, like a 5 and its flag. A speck is no digit.
TEST(CutOutDigits, JoinsStrokesAndDropsSpecks) {
  cv::Mat1b sheet(200, 200, std::uint8_t{230});
  sheet(cv::Rect(80, 40, 50, 8)) = 20;
  sheet(cv::Rect(80, 60, 12, 80)) = 20;
  sheet(cv::Rect(20, 150, 4, 4)) = 20;
  const auto found = cut_out_digits(sheet).digits;
  ASSERT_EQ(found.size(), 1U);
  EXPECT_NEAR(found[0].box.y, 40, 3);
  EXPECT_NEAR(found[0].box.br().y, 140, 3);
}

// A digit cropped so tightly that its strokes reach the picture's edges is still one digit.
TEST(CutOutDigits, KeepsATightlyCroppedDigitWhole) {
  for (const int margin : {0, 40}) {  // on the sides
    cv::Mat1b seven(300, 200 + 2 * margin, std::uint8_t{230});
    cv::line(seven, {margin, 8}, {margin + 199, 8}, cv::Scalar(20), 20);
    cv::line(seven, {margin + 190, 8}, {margin + 70, 299}, cv::Scalar(20), 20);
    const auto found = cut_out_digits(seven).digits;
    ASSERT_EQ(found.size(), 1U) << margin;
    EXPECT_GT(found[0].box.height, 290);
    EXPECT_GT(found[0].box.width, 190);
  }
}

// Boxes are in pixels of the original picture, also if it was reduced by different factors. The ink
// of a large digit is from the small copy.
TEST(CutOutDigits, GivesBoxesInPicturePixels) {
  cv::Mat1b tall(3000, 130, std::uint8_t{230});
  tall(cv::Rect(30, 1000, 60, 700)) = 20;
  const auto found = cut_out_digits(tall).digits;
  ASSERT_EQ(found.size(), 1U);
  EXPECT_NEAR(found[0].box.y, 1000, 12);
  EXPECT_NEAR(found[0].box.br().y, 1700, 12);
  EXPECT_EQ(found[0].box & cv::Rect({}, tall.size()), found[0].box);
  EXPECT_LT(found[0].ink.rows, 250);
}

// Blank paper has no digit: even, noisy, or with a soft shadow.
TEST(CutOutDigits, FindsNoDigitOnBlankPaper) {
  EXPECT_TRUE(cut_out_digits(cv::Mat1b(200, 200, std::uint8_t{200})).digits.empty());
  auto blank = photo_of_line("");
  blank.noise = 6.0;
  EXPECT_TRUE(cut_out(blank).empty());
  blank.gradient = 0.5;
  blank.shadow = 0.4;
  EXPECT_TRUE(cut_out(blank).empty());
}

// The smallest sizes of an image.
TEST(CutOutDigits, AcceptsTinyPictures) {
  for (const cv::Size size : {cv::Size(1, 1), cv::Size(2, 1), cv::Size(1, 40), cv::Size(3, 3)}) {
    cv::Mat1b picture(size, std::uint8_t{255});
    picture(0, 0) = 0;
    EXPECT_NO_THROW(cut_out_digits(picture)) << size;
  }
}

}  // namespace
}  // namespace digits
