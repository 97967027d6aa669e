// Image files of each kind, whole and damaged, become an image of the schema's size or an error.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <opencv2/imgproc.hpp>
#include <string>
#include <string_view>

#include "base/error.h"
#include "data/image_file.h"
#include "data/image_header.h"
#include "support/photos.h"
#include "support/testing.h"

namespace digits {
namespace {

// A drawing without paper: dark ink is composited on white, light ink on black.
TEST(DecodeImage, CompositesAlphaOnContrastingPaper) {
  for (const std::uint8_t ink : {std::uint8_t{0}, std::uint8_t{255}}) {
    cv::Mat4b drawing(200, 200, cv::Vec4b(ink, ink, ink, 0));
    drawing(cv::Rect(90, 40, 16, 120)) = cv::Vec4b(ink, ink, ink, 255);
    const auto samples = decode_image(encoded(".png", drawing), "x", grey_schema()).samples;
    ASSERT_EQ(samples.size(), 1U);
    EXPECT_EQ(samples[0].box, cv::Rect(90, 40, 16, 120));
  }
}

// The same drawing with 16 bits a channel.
TEST(DecodeImage, Reads16BitAlpha) {
  cv::Mat drawing(200, 200, CV_16UC4, cv::Scalar::all(0));
  drawing(cv::Rect(90, 40, 16, 120)) = cv::Scalar(0, 0, 0, 65535);
  const auto samples = decode_image(encoded(".png", drawing), "x", grey_schema()).samples;
  ASSERT_EQ(samples.size(), 1U);
  EXPECT_EQ(samples[0].box, cv::Rect(90, 40, 16, 120));
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
  EXPECT_EQ(read_image_header("BM and so on").rows, 0);
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

// A canvas of the schema's size with the digit in its corner, or filling it, dark on light and
// light on dark, is brought to the frame of training images.
TEST(DecodeImage, BringsACanvasToTheNormalForm) {
  for (const auto& canvas : unframed_canvases()) {
    const auto found = decode_image(encoded(".png", canvas), "x", grey_schema());
    ASSERT_EQ(found.samples.size(), 1U);
    cv::Mat1b image(28, 28, const_cast<std::uint8_t*>(found.samples[0].image.data()));
    const auto moments = cv::moments(image);
    EXPECT_NEAR(moments.m10 / moments.m00, 14.0, 1.0);
    EXPECT_NEAR(moments.m01 / moments.m00, 14.0, 1.0);
    EXPECT_NEAR(cv::boundingRect(image > 100).height, 20, 1);
  }
}

// For a package whose training images are not in normal form, an image of their size is not
// changed.
TEST(DecodeImage, KeepsACanvasIfTrainingUsedNoNormalForm) {
  cv::Mat1b canvas(28, 28, std::uint8_t{0});
  cv::line(canvas, {3, 2}, {8, 11}, cv::Scalar(255), 1);
  const auto found =
      decode_image(encoded(".png", canvas), "x", grey_schema(), {DigitCount::kAnyNumber, false});
  ASSERT_EQ(found.samples.size(), 1U);
  EXPECT_TRUE(std::equal(canvas.begin(), canvas.end(), found.samples[0].image.begin()));
}

// Bytes that libjpeg skips: its warning is in the note, not on the terminal.
TEST(DecodeImage, KeepsDecoderWarnings) {
  testing::internal::CaptureStderr();
  cv::Mat1b bar(200, 200, std::uint8_t{255});
  bar(cv::Rect(94, 50, 12, 100)) = 20;
  auto damaged = encoded(".jpg", bar);
  damaged.insert(damaged.size() - 2, std::string(40, 'x'));  // before the end marker
  const auto picture = decode_image(damaged, "x", grey_schema());
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
  EXPECT_THAT(picture.note, testing::HasSubstr("Corrupt JPEG data"));
}

}  // namespace
}  // namespace digits
