#include "photos/photo.h"

#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "base/error.h"
#include "data/image_file.h"
#include "data/image_header.h"
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

// A drawing without paper: dark ink is composited on white, light ink on black.
TEST(DecodeImage, CompositesAlphaOnContrastingPaper) {
  for (const std::uint8_t ink : {std::uint8_t{0}, std::uint8_t{255}}) {
    cv::Mat4b drawing(200, 200, cv::Vec4b(ink, ink, ink, 0));
    drawing(cv::Rect(90, 40, 16, 120)) = cv::Vec4b(ink, ink, ink, 255);
    const auto samples = decode_image(encoded(".png", drawing), "x", grey_schema()).samples;
    ASSERT_EQ(samples.size(), 1U);
    EXPECT_NEAR(samples[0].box.height, 120, 4);
  }
}

// The same drawing with 16 bits a channel.
TEST(DecodeImage, Reads16BitAlpha) {
  cv::Mat drawing(200, 200, CV_16UC4, cv::Scalar::all(0));
  drawing(cv::Rect(90, 40, 16, 120)) = cv::Scalar(0, 0, 0, 65535);
  const auto samples = decode_image(encoded(".png", drawing), "x", grey_schema()).samples;
  ASSERT_EQ(samples.size(), 1U);
  EXPECT_NEAR(samples[0].box.height, 120, 4);
}

// Orientation 6: the stored picture of a camera on its side is rotated back to upright.
TEST(DecodeImage, AppliesTheExifOrientation) {
  constexpr std::string_view kExif(
      "\xff\xe1\x00\x22"
      "Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0",
      36);
  cv::Mat1b lying(100, 200, std::uint8_t{230});
  lying(cv::Rect(40, 45, 120, 10)) = 20;
  lying(cv::Rect(40, 45, 10, 40)) = 20;
  auto jpeg = encoded(".jpg", lying);
  EXPECT_GT(decode_image(jpeg, "x", grey_schema()).samples[0].box.width, 100);
  jpeg.insert(2, kExif);
  EXPECT_GT(decode_image(jpeg, "x", grey_schema()).samples[0].box.height, 100);
}

TEST(DecodeImage, RejectsTruncatedJpegs) {
  const auto whole = encoded(".jpg", compose_photo(photo_of_line("7"), test_seed()));
  expect_error("image.unreadable",
               [&] { decode_image(whole.substr(0, whole.size() * 3 / 4), "x", grey_schema()); });
}

// The header declares too many pixels: the file is rejected before a decoder allocates them.
TEST(DecodeImage, RejectsHugePicturesByTheirHeader) {
  auto png = encoded(".png", cv::Mat1b(4, 4, std::uint8_t{0}));
  png[16] = png[20] = 0x01;  // the leading bytes of width and height: 16 million each
  expect_error("image.too_large", [&] { decode_image(png, "x", grey_schema()); });
}

TEST(ReadImageHeader, ReadsPngAndJpeg) {
  for (const char* format : {".png", ".jpg"}) {
    const auto bytes = encoded(format, cv::Mat1b(30, 50, std::uint8_t{9}));
    const auto header = read_image_header(bytes);
    EXPECT_EQ(header.rows, 30) << format;
    EXPECT_EQ(header.cols, 50) << format;
    EXPECT_FALSE(header.truncated) << format;
    EXPECT_TRUE(read_image_header(bytes.substr(0, bytes.size() - 20)).truncated) << format;
  }
  EXPECT_EQ(read_image_header("BM and so on").cols, 0);
  EXPECT_FALSE(read_image_header("").truncated);
}

// A picture may have 50 million pixels, and its header decides: here it is one of 4x4 pixels with
// the header of a larger one, so it is damaged, but not too large.
TEST(DecodeImage, LimitsThePixelsOfAPicture) {
  const auto failure = [](const std::string& bytes) -> std::string {
    try {
      decode_image(bytes, "x", grey_schema());
      return "no error";
    } catch (const Error& error) {
      return error.code() + ": " + error.what();
    }
  };
  const auto of_size = [](int rows, int cols) {
    auto png = encoded(".png", cv::Mat1b(4, 4, std::uint8_t{0}));
    for (std::size_t i = 0; i < 4; ++i) {  // both big-endian
      png[16 + i] = static_cast<char>(cols >> (24 - 8 * i) & 0xFF);
      png[20 + i] = static_cast<char>(rows >> (24 - 8 * i) & 0xFF);
    }
    return png;
  };
  EXPECT_THAT(failure(of_size(10000, 5000)), testing::StartsWith("image.unreadable: x: "));
  EXPECT_EQ(failure(of_size(10001, 5000)),
            "image.too_large: x: 10001x5000 pixels, expected at most 50000000 in all");
  EXPECT_EQ(failure(of_size(5000, 10001)),
            "image.too_large: x: 5000x10001 pixels, expected at most 50000000 in all");
  EXPECT_THAT(failure(of_size(10, 0)), testing::StartsWith("image.unreadable: x: "));
  EXPECT_THAT(failure(of_size(0, 10)), testing::StartsWith("image.unreadable: x: "));
  EXPECT_EQ(failure("GIF89a"),
            "image.unreadable: x: 6 bytes that do not decode whole, expected PNG or JPEG");
}

}  // namespace
}  // namespace digits
