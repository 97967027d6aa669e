#include <rapidcheck.h>

#include <cmath>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "base/files.h"
#include "data/image_file.h"
#include "data/image_header.h"
#include "data/normal_form.h"
#include "support/testing.h"
#include "synthetic/synthetic.h"

namespace digits {
namespace {

Schema grey(int rows = 28, int cols = 28) { return {rows, cols, 1, numbered_class_names(10)}; }

std::string png(const cv::Mat& image) {
  std::vector<std::uint8_t> bytes;
  cv::imencode(".png", image, bytes);
  return {bytes.begin(), bytes.end()};
}

// A bar of ink, off-centre on a large sheet.
cv::Mat1b sheet(std::uint8_t paper, std::uint8_t ink) {
  cv::Mat1b image(200, 300, paper);
  cv::rectangle(image, {40, 30}, {60, 130}, cv::Scalar(ink), cv::FILLED);
  return image;
}

// The one digit in the picture.
std::vector<std::uint8_t> decoded(const cv::Mat& picture, const Schema& schema = grey()) {
  const auto samples = decode_image(png(picture), "x", schema).samples;
  EXPECT_EQ(samples.size(), 1U);
  return samples.front().image;
}

cv::Mat1b as_mat(const std::vector<std::uint8_t>& image, int rows = 28, int cols = 28) {
  return cv::Mat1b(rows, cols, const_cast<std::uint8_t*>(image.data())).clone();
}

// MNIST's frame: the longer side spans 20 of 28 pixels and the centre of mass is at pixel (14, 14),
// to within the half pixel that whole-pixel placement leaves.
TEST(NormalForm, FramesTheGlyphAsMnistDoes) {
  const auto frame = normal_form(sheet(0, 255), 28, 28);
  cv::Mat1b mask;
  cv::threshold(frame, mask, 50, 255, cv::THRESH_BINARY);
  EXPECT_EQ(cv::boundingRect(mask).height, 20);
  const auto moments = cv::moments(frame);
  EXPECT_NEAR(moments.m10 / moments.m00, 14.0, 0.51);
  EXPECT_NEAR(moments.m01 / moments.m00, 14.0, 0.51);
}

// MNIST's centres of mass lie at pixel 14.0 on average, within half a pixel of it (over its
// training images: mean 14.00 and 13.99, standard deviation 0.29). A tenth of a pixel is six
// standard errors.
TEST(NormalForm, CentresOnAverageWhereMnistDoes) {
  SyntheticOptions options;
  options.count = 300;
  options.seed = test_seed();
  const auto set = synthesise(options);
  double x = 0.0, y = 0.0;
  for (std::size_t i = 0; i < set.size(); ++i) {
    const cv::Mat1b image(28, 28, const_cast<std::uint8_t*>(set.image(i)));
    const auto moments = cv::moments(image);
    x += moments.m10 / moments.m00 / 300.0;
    y += moments.m01 / moments.m00 / 300.0;
  }
  EXPECT_NEAR(x, 14.0, 0.1);
  EXPECT_NEAR(y, 14.0, 0.1);
}

// Framing a framed glyph again changes little: another resampling of the anti-aliased edge moves
// the mean by less than 3 of 255.
TEST(NormalForm, IsIdempotentWithinResampling) {
  SyntheticOptions options;
  options.count = 30;
  options.rows = options.cols = 96;
  options.seed = test_seed();
  const auto set = synthesise(options);
  for (std::size_t i = 0; i < set.size(); ++i) {
    const cv::Mat1b ink(96, 96, const_cast<std::uint8_t*>(set.image(i)));
    const auto once = normal_form(ink, 28, 28);
    EXPECT_LT(cv::norm(once, normal_form(once, 28, 28), cv::NORM_L1) / (28 * 28), 3.0) << i;
  }
}

// The same for any scribble on any sheet in any frame, overlapping strokes of unequal ink: the box
// may lose a faint row, and the rest is then stretched by a pixel. In 6,000 cases the mean changed
// by at most 13 of 255, and the centre of mass by less than a pixel.
TEST(NormalForm, IsIdempotentForAnyInk) {
  EXPECT_TRUE(rc::check("idempotent", [] {
    const int side = *rc::gen::inRange(24, 200);
    cv::Mat1b ink(side, side, std::uint8_t{0});
    const auto point = [&] {
      return cv::Point(*rc::gen::inRange(0, side), *rc::gen::inRange(0, side));
    };
    const int pen = std::max(2, side / *rc::gen::inRange(5, 12));
    const auto strokes = *rc::gen::inRange(1, 5);
    for (int k = 0; k < strokes; ++k) {
      cv::line(ink, point(), point(), cv::Scalar(*rc::gen::inRange(100, 256)), pen, cv::LINE_AA);
    }
    const int rows = *rc::gen::inRange(16, 40);
    const int cols = *rc::gen::inRange(16, 40);
    const auto once = normal_form(ink, rows, cols);
    const auto twice = normal_form(once, rows, cols);
    RC_ASSERT(once.size() == cv::Size(cols, rows));
    RC_ASSERT(cv::countNonZero(once) > 0);
    const auto a = cv::moments(once);
    const auto b = cv::moments(twice);
    RC_ASSERT(cv::norm(once, twice, cv::NORM_L1) / (rows * cols) < 20.0);
    RC_ASSERT(std::abs(a.m10 / a.m00 - b.m10 / b.m00) < 1.5);
    RC_ASSERT(std::abs(a.m01 / a.m00 - b.m01 / b.m00) < 1.5);
  }));
}

TEST(NormalForm, OfABlankSheetIsBlank) {
  EXPECT_EQ(cv::countNonZero(normal_form(cv::Mat1b(50, 50, std::uint8_t{0}), 28, 28)), 0);
}

// A line one pixel wide and very long must not vanish, divide by zero or leave the frame.
TEST(NormalForm, KeepsExtremeShapesInTheFrame) {
  cv::Mat1b line(5, 1000, std::uint8_t{0});
  line.row(2) = 255;
  EXPECT_GT(cv::countNonZero(normal_form(line, 28, 28)), 0);
  cv::Mat1b upright;
  cv::transpose(line, upright);
  EXPECT_GT(cv::countNonZero(normal_form(upright, 16, 40)), 0);
  cv::Mat1b dot(9, 9, std::uint8_t{0});
  dot(4, 4) = 255;
  EXPECT_GT(cv::countNonZero(normal_form(dot, 28, 28)), 0);
}

// Dark on light and light on dark give the same digit.
TEST(DecodeImage, IgnoresPolarity) {
  const auto dark = decoded(sheet(255, 0));
  EXPECT_EQ(dark, decoded(sheet(0, 255)));
  EXPECT_GT(cv::countNonZero(as_mat(dark)), 0);
}

// Grey on grey is stretched to full ink.
TEST(DecodeImage, StretchesFaintInk) {
  const auto faint = decoded(sheet(180, 120));
  EXPECT_EQ(*std::max_element(faint.begin(), faint.end()), 255);
}

// An image like the training data is not changed, including faint strokes. About one of 1,500
// generated images is a pixel too large for the normal form.
TEST(DecodeImage, KeepsATrainingImageUnchanged) {
  SyntheticOptions options;
  options.count = 10;
  options.seed = test_seed();
  const auto set = synthesise(options);
  std::size_t kept = 0;
  for (std::size_t i = 0; i < set.size(); ++i) {
    const std::vector<std::uint8_t> original(set.image(i), set.image(i) + 28 * 28);
    if (!has_normal_form(as_mat(original))) continue;
    EXPECT_EQ(decoded(as_mat(original), set.schema), original);
    ++kept;
  }
  EXPECT_GE(kept, 7U);
}

TEST(DecodeImage, ReadsColourAsRgb) {
  const cv::Mat3b blue(40, 40, cv::Vec3b(255, 0, 0));  // OpenCV's order is BGR
  const auto image = decoded(blue, {8, 8, 3, numbered_class_names(2)});
  ASSERT_EQ(image.size(), 8U * 8U * 3U);
  EXPECT_EQ(image[0], 0);
  EXPECT_EQ(image[2], 255);
}

TEST(DecodeImage, RejectsUnreadableAndBlankImages) {
  expect_error("image.unreadable", [] { decode_image("", "x", grey()); });
  expect_error("image.unreadable", [] { decode_image("no image at all", "x", grey()); });
  const auto whole = png(sheet(255, 0));
  expect_error("image.unreadable", [&] { decode_image(whole.substr(0, 20), "x", grey()); });
  expect_error("image.blank", [] { decode_image(png(sheet(200, 190)), "x", grey()); });
}

// OpenCV's other decoders allocate the size that a few bytes claim: 2.7 GB for this file. So these
// formats are rejected, also in valid files.
TEST(DecodeImage, RejectsOtherFormats) {
  std::vector<std::uint8_t> bmp;
  cv::imencode(".bmp", sheet(255, 0), bmp);
  expect_error("image.unreadable",
               [&] { decode_image(std::string(bmp.begin(), bmp.end()), "x", grey()); });
  expect_error("image.unreadable", [] { decode_image("P5\n30000 30000\n255\nxxxx", "x", grey()); });
}

// A decoder skips bytes between JPEG's segments and uses the first frame that it finds. A frame
// that our parser misses could announce gigabytes.
TEST(ReadImageHeader, RejectsAHiddenJpegFrame) {
  std::vector<std::uint8_t> encoded;
  cv::imencode(".jpg", sheet(255, 0), encoded);
  const std::string whole(encoded.begin(), encoded.end());
  EXPECT_EQ(read_image_header(whole).cols, 300);
  EXPECT_FALSE(read_image_header(whole).truncated);
  // A restart marker has no length: a decoder reads the bytes that our parser would skip.
  const std::string hidden("\xff\xc0\x00\x08\x08\xff\xff\xff\xff\x01", 10);
  const std::string skipped = std::string("\xff\xd0\x00\x0c", 4) + hidden;
  EXPECT_TRUE(read_image_header(whole.substr(0, 2) + skipped + whole.substr(2)).truncated);
  // A byte between two segments is damage.
  EXPECT_TRUE(read_image_header(whole.substr(0, 20) + "x" + whole.substr(20)).truncated);
}

TEST(ReadImage, NamesAMissingFile) {
  expect_error("input.missing", [] { read_image("/no/such/file.png", grey()); });
}

TEST(WritePng, RoundTrips) {
  const TemporaryDirectory folder;
  const auto set = random_dataset(1, 6, 5, 3);
  write_png(folder / "x.png", set.image(0), set.schema);
  const auto back = read_image(folder / "x.png", set.schema).samples;
  ASSERT_EQ(back.size(), 1U);
  EXPECT_TRUE(std::equal(back[0].image.begin(), back[0].image.end(), set.image(0)));
}

// A digit is in normal form to within a pixel: the longer side of its ink, five sevenths of the
// frame's shorter side, and its centre of mass. Boxes of ink at {x, y, width, height}: in a frame
// of 28x28 pixels the digits are 20 pixels long, and their centre is at pixel (14, 14).
TEST(HasNormalForm, AllowsOnePixel) {
  EXPECT_EQ(normal_side(28, 28), 20);
  EXPECT_EQ(normal_side(64, 48), 34);
  EXPECT_EQ(normal_side(48, 64), 34);
  EXPECT_EQ(normal_side(1, 1), 1);
  const auto framed = [](const cv::Rect& box) {
    cv::Mat1b image(28, 28, std::uint8_t{0});
    image(box) = 255;
    return has_normal_form(image);
  };
  EXPECT_FALSE(framed({12, 5, 5, 18}));
  EXPECT_TRUE(framed({12, 5, 5, 19}));
  EXPECT_TRUE(framed({12, 4, 5, 20}));
  EXPECT_TRUE(framed({12, 4, 5, 21}));
  EXPECT_FALSE(framed({12, 3, 5, 22}));
  for (const int away : {-1, 1}) {
    EXPECT_TRUE(framed({12 + away, 5, 5, 19})) << away;
    EXPECT_TRUE(framed({12, 5 + away, 5, 19})) << away;
    EXPECT_FALSE(framed({12 + 2 * away, 5, 5, 19})) << away;
    EXPECT_FALSE(framed({12, 5 + 2 * away, 5, 19})) << away;
  }
  EXPECT_FALSE(has_normal_form(cv::Mat1b(28, 28, std::uint8_t{0})));
  // Ink up to a fifth of the darkest is noise of the paper, here two pixels above and below.
  for (const std::uint8_t faint : {std::uint8_t{51}, std::uint8_t{52}}) {
    cv::Mat1b image(28, 28, std::uint8_t{0});
    image(cv::Rect(12, 3, 5, 23)) = faint;
    image(cv::Rect(12, 5, 5, 19)) = 255;
    EXPECT_EQ(has_normal_form(image), faint == 51);
  }
}

}  // namespace
}  // namespace digits
