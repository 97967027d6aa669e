#include "synthetic/pen.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <opencv2/imgproc.hpp>

namespace digits {

namespace {

constexpr int kCanvas = 88;       // pixels; drawn large, then reduced, which softens the edge
constexpr double kHeight = 44.0;  // pixels of the canvas that a glyph's height covers
constexpr int kSubpixelBits = 4;  // cv::line takes fixed-point coordinates
constexpr int kSteps = 5;         // straight pieces between two control points

// A smooth random distortion of the unit square: cosines of order 0 to 2 along each axis, weaker
// with the order. Order (0, 0) would only shift the glyph, which the normal form undoes.
class Warp {
 public:
  Warp(double amplitude, Rng& rng) {
    for (std::size_t ky = 0; ky < kOrders; ++ky) {
      for (std::size_t kx = 0; kx < kOrders; ++kx) {
        const auto order = static_cast<double>(kx + ky);
        const double strength = order == 0.0 ? 0.0 : amplitude / order;
        waves_[ky][kx] = {strength * rng.normal(), strength * rng.normal()};
      }
    }
  }

  cv::Point2d operator()(cv::Point2d p) const {
    const auto x = cosines(p.x);
    const auto y = cosines(p.y);
    cv::Point2d moved = p;
    for (std::size_t ky = 0; ky < kOrders; ++ky) {
      for (std::size_t kx = 0; kx < kOrders; ++kx) moved += x[kx] * y[ky] * waves_[ky][kx];
    }
    return moved;
  }

 private:
  static constexpr std::size_t kOrders = 3;
  static std::array<double, kOrders> cosines(double t) {  // cos 0, cos pi t, cos 2 pi t
    const double c = std::cos(CV_PI * t);
    return {1.0, c, 2.0 * c * c - 1.0};
  }
  std::array<std::array<cv::Point2d, kOrders>, kOrders> waves_;
};

// The linear map from glyph coordinates, centred, to canvas pixels.
cv::Matx22d glyph_transform(const Factors& factors) {
  const double c = std::cos(factors.rotation);
  const double s = std::sin(factors.rotation);
  const cv::Matx22d scale(kHeight * factors.aspect, 0.0, 0.0, kHeight);
  const cv::Matx22d shear(1.0, -factors.slant, 0.0, 1.0);
  return cv::Matx22d(c, s, -s, c) * shear * scale;  // y points down: anticlockwise to the eye
}

// The point at t in [0, 1] between b and c on the Catmull-Rom spline through a, b, c, d
// (Catmull and Rom, "A class of local interpolating splines", 1974).
cv::Point2d catmull_rom(cv::Point2d a, cv::Point2d b, cv::Point2d c, cv::Point2d d, double t) {
  return 0.5 * (2.0 * b + t * (c - a) + t * t * (2.0 * a - 5.0 * b + 4.0 * c - d) +
                t * t * t * (3.0 * b - a - 3.0 * c + d));
}

// The curve through the points, dense enough to look smooth.
Stroke spline(const Stroke& points) {
  const auto last = points.size() - 1;
  Stroke curve{points.front()};
  for (std::size_t i = 0; i < last; ++i) {
    for (int step = 1; step <= kSteps; ++step) {
      curve.push_back(catmull_rom(points[i == 0 ? 0 : i - 1], points[i], points[i + 1],
                                  points[std::min(i + 2, last)], step / double{kSteps}));
    }
  }
  return curve;
}

// Whether the pen leaves no ink over this piece of a stroke, which lies between two control points.
bool is_lifted(const std::vector<StrokePart>& lifted, std::size_t stroke, std::size_t piece) {
  return std::any_of(lifted.begin(), lifted.end(), [&](const StrokePart& part) {
    return part.stroke == stroke && part.first <= piece && piece < part.last;
  });
}

// Draws the path of a stroke with a pen whose pressure swings once along it, starting at `phase`.
void draw_path(cv::Mat1b& canvas, const std::vector<cv::Point>& path, const Factors& factors,
               double phase, const std::vector<StrokePart>& lifted, std::size_t stroke) {
  const double turn = 2.0 * CV_PI / static_cast<double>(path.size());
  for (std::size_t i = 1; i < path.size(); ++i) {
    if (is_lifted(lifted, stroke, (i - 1) / kSteps)) continue;
    const double pressure =
        1.0 + factors.pressure * std::sin(phase + turn * static_cast<double>(i));
    const int width = static_cast<int>(std::lround(factors.thickness * kHeight * pressure));
    cv::line(canvas, path[i - 1], path[i], cv::Scalar(255), std::max(1, width), cv::LINE_8,
             kSubpixelBits);
  }
}

}  // namespace

cv::Mat1b draw_glyph(const Glyph& glyph, const Factors& factors, Rng& rng,
                     const std::vector<StrokePart>& lifted) {
  const Warp warp(factors.warp, rng);
  const auto hand = glyph_transform(factors);
  cv::Mat1b canvas(kCanvas, kCanvas, std::uint8_t{0});
  for (std::size_t number = 0; number < glyph.strokes.size(); ++number) {
    auto stroke = glyph.strokes[number];
    for (auto& p : stroke) {
      p = p / 100.0 + factors.jitter * cv::Point2d(rng.normal(), rng.normal());
    }
    std::vector<cv::Point> path;
    for (const auto& p : spline(stroke)) {
      const auto q = warp(p) - cv::Point2d(0.5, 0.5);
      const cv::Vec2d pixel = hand * cv::Vec2d(q.x, q.y) + cv::Vec2d::all(kCanvas / 2.0);
      path.emplace_back(cv::Point2d(pixel) * double{1 << kSubpixelBits});
    }
    draw_path(canvas, path, factors, rng.uniform(0.0, 2.0 * CV_PI), lifted, number);
  }
  return canvas;
}

}  // namespace digits
