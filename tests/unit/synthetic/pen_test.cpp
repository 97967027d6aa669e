// The geometry of the pen, measured on single strokes: each factor has the effect and the size that
// synthetic.h documents. The canvas has 88 pixels, of which a glyph's height covers 44.
#include "synthetic/pen.h"

#include <cmath>
#include <opencv2/imgproc.hpp>

#include "support/testing.h"
#include "synthetic/synthetic.h"

namespace digits {
namespace {

Factors plain() {
  Factors factors;
  factors.aspect = 1.0;
  factors.thickness = 0.1;  // 4.4 pixels
  return factors;
}

Glyph one_stroke(const Stroke& stroke) { return {"test", 1.0, {stroke}}; }

cv::Mat1b drawn(const Stroke& stroke, const Factors& factors, std::uint64_t key = 0) {
  Rng rng(test_seed(), Stream::kTest, key);
  return draw_glyph(one_stroke(stroke), factors, rng);
}

// The mean column of the ink in a row.
double middle_of(const cv::Mat1b& canvas, int row) {
  const auto moments = cv::moments(canvas.row(row), true);
  return moments.m10 / moments.m00;
}

const Stroke kUpright{{50, 0}, {50, 50}, {50, 100}};
const Stroke kLevel{{0, 50}, {50, 50}, {100, 50}};
const Stroke kDot{{50, 50}, {50, 50}};

// A stroke covers its length plus the pen's round ends, and is as wide as the pen, to two pixels:
// OpenCV rounds a line's width to an odd number.
TEST(Pen, DrawsTheBoxOfTheGlyph) {
  const auto upright = cv::boundingRect(drawn(kUpright, plain()));
  EXPECT_NEAR(upright.height, 44 + 4.4, 2.0);
  EXPECT_NEAR(upright.width, 4.4, 1.5);
  EXPECT_NEAR(upright.y, 22 - 2.2, 1.5);
  auto narrow = plain();
  narrow.aspect = 0.5;
  const auto level = cv::boundingRect(drawn(kLevel, narrow));
  EXPECT_NEAR(level.width, 22 + 4.4, 2.0);
  EXPECT_NEAR(level.x, 33 - 2.2, 1.5);
  narrow.thickness = 0.3;
  EXPECT_NEAR(cv::boundingRect(drawn(kLevel, narrow)).height, 13.2, 2.0);
}

// The slant is the horizontal shift per vertical pixel, to the right at the top. A rotation is
// anticlockwise to the eye. Both are measured between rows 26 and 62.
TEST(Pen, SlantsAndRotatesByTheFactor) {
  for (const double slant : {-0.4, 0.25, 0.6}) {
    auto factors = plain();
    factors.slant = slant;
    const auto canvas = drawn(kUpright, factors);
    EXPECT_NEAR((middle_of(canvas, 26) - middle_of(canvas, 62)) / 36.0, slant, 0.03);
  }
  auto factors = plain();
  factors.rotation = 0.3;  // the top moves to the left
  const auto canvas = drawn(kUpright, factors);
  EXPECT_NEAR((middle_of(canvas, 62) - middle_of(canvas, 26)) / 36.0, std::tan(0.3), 0.03);
}

// The width swings once along the stroke, between thickness * (1 - pressure) and
// thickness * (1 + pressure).
TEST(Pen, PressureSwingsTheWidth) {
  auto factors = plain();
  factors.thickness = 0.25;  // 11 pixels
  factors.pressure = 0.4;
  const Stroke dense{{50, 0}, {50, 20}, {50, 40}, {50, 60}, {50, 80}, {50, 100}};
  const auto canvas = drawn(dense, factors);
  int narrowest = 88, widest = 0;
  for (int row = 24; row < 64; ++row) {
    narrowest = std::min(narrowest, cv::countNonZero(canvas.row(row)));
    widest = std::max(widest, cv::countNonZero(canvas.row(row)));
  }
  EXPECT_NEAR(widest, 11 * 1.4, 2.0);
  EXPECT_LT(narrowest, 11);  // the round ends of wider pieces cover a part of the narrowest one
  EXPECT_GT(narrowest, 11 * 0.6 - 1.6);
}

// The curve passes through its control points, and bulges between them: the spline through the
// corners of a square is outside of the square, by an eighth of the side at most.
TEST(Pen, CurvesPassThroughTheirControlPoints) {
  auto factors = plain();
  factors.thickness = 0.03;
  const Stroke square{{20, 80}, {20, 20}, {80, 20}, {80, 80}};
  const auto canvas = drawn(square, factors);
  for (const auto& point : square) {
    const cv::Point pixel(cv::Point2d(22, 22) + point * 0.44);
    EXPECT_GT(cv::countNonZero(canvas(cv::Rect(pixel - cv::Point(2, 2), cv::Size(5, 5)))), 0);
  }
  const auto box = cv::boundingRect(canvas);
  EXPECT_NEAR(box.y, 22 + 20 * 0.44 - 60 * 0.44 / 8, 1.6);
}

// Standard deviation, in pixels, of a dot's position over 600 draws.
cv::Point2d spread(const cv::Point2d& dot, const Factors& factors) {
  constexpr int kDraws = 600;
  cv::Point2d sum, squares;
  for (int k = 0; k < kDraws; ++k) {
    const auto moments =
        cv::moments(drawn({dot, dot}, factors, static_cast<std::uint64_t>(k)), true);
    const cv::Point2d p(moments.m10 / moments.m00, moments.m01 / moments.m00);
    sum += p;
    squares += {p.x * p.x, p.y * p.y};
  }
  const auto mean = sum / kDraws;
  return {std::sqrt(squares.x / kDraws - mean.x * mean.x),
          std::sqrt(squares.y / kDraws - mean.y * mean.y)};
}

// Jitter is the standard deviation of a control point. The dot is the middle of two control points
// that are drawn separately, so its own is between jitter / sqrt(2) and jitter. The standard error
// of a standard deviation of 600 values is 3 %.
TEST(Pen, JitterMovesControlPoints) {
  auto factors = plain();
  factors.jitter = 0.05;  // 2.2 pixels
  const auto moved = spread({50, 50}, factors);
  EXPECT_NEAR(moved.x, 2.2 / std::sqrt(2.0), 0.25);
  EXPECT_NEAR(moved.y, 2.2 / std::sqrt(2.0), 0.25);
}

// The warp adds cosines of order (kx, ky) up to 2 with the standard deviation amplitude / (kx +
// ky). In the middle of the box cosines of order 1 are 0: variance 1/4 + 1/4 + 1/16. In its corner
// all are 1: 1 + 1 + 3/4 + 2/9 + 1/16. Five standard errors are 15 %.
TEST(Pen, WarpIsASumOfCosines) {
  auto factors = plain();
  factors.warp = 0.05;  // 2.2 pixels
  const auto middle = spread({50, 50}, factors);
  const auto corner = spread({0, 0}, factors);
  const double in_the_middle = 2.2 * std::sqrt(0.5625), in_the_corner = 2.2 * std::sqrt(3.0347);
  for (const double value : {middle.x, middle.y})
    EXPECT_NEAR(value, in_the_middle, 0.15 * in_the_middle);
  for (const double value : {corner.x, corner.y})
    EXPECT_NEAR(value, in_the_corner, 0.15 * in_the_corner);
}

// `ink` multiplies the brightness up to white; `softness` blurs and keeps the sum of the ink.
TEST(DrawDigit, AppliesInkAndSoftness) {
  const auto draw = [](double ink, double softness) {
    auto factors = plain();
    factors.ink = ink;
    factors.softness = softness;
    Rng rng(test_seed(), Stream::kTest);
    return draw_digit(1, factors, 28, 28, rng);
  };
  const auto base = draw(1.0, 0.5), dark = draw(1.5, 0.5), crisp = draw(1.0, 0.2);
  cv::Mat1b expected;
  base.convertTo(expected, CV_8U, 1.5);
  EXPECT_LE(cv::norm(dark, expected, cv::NORM_INF), 1.0);
  EXPECT_NEAR(cv::sum(base)[0] / cv::sum(crisp)[0], 1.0, 0.03);
  EXPECT_GT(cv::norm(crisp), cv::norm(base));  // the same ink on fewer pixels
}

}  // namespace
}  // namespace digits
