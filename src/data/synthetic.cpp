#include "data/synthetic.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

#include "base/error.h"
#include "base/interrupt.h"
#include "base/parallel.h"
#include "base/rng.h"
#include "data/glyphs.h"
#include "data/normal_form.h"

namespace digits {

namespace {

constexpr int kCanvas = 96;  // pixels; a digit is drawn large and reduced, which softens its edge
constexpr double kSpan = 64.0;    // pixels of the canvas that the unit square of a glyph covers
constexpr int kSubpixelBits = 4;  // cv::polylines takes fixed-point coordinates

// A hand: the linear map from glyph coordinates, centred, to canvas pixels.
struct Hand {
  cv::Matx22d map;
  double jitter = 0.0;     // standard deviation of a control point, in glyph units
  double thickness = 0.0;  // of the pen, in canvas pixels
};

Hand draw_hand(Rng& rng) {
  const double angle = 0.10 * rng.normal();  // radians
  const double slant = std::clamp(0.12 + 0.22 * rng.normal(), -0.5, 0.8);
  const double width = kSpan * rng.uniform(0.55, 1.0);
  const cv::Matx22d shear(1.0, -slant, 0.0, 1.0);
  const cv::Matx22d rotation(std::cos(angle), -std::sin(angle), std::sin(angle), std::cos(angle));
  const cv::Matx22d scale(width, 0.0, 0.0, kSpan);
  return {rotation * shear * scale, rng.uniform(0.01, 0.05), rng.uniform(4.0, 11.0)};
}

// The point at t in [0, 1] between b and c on the Catmull-Rom spline through a, b, c, d
// (Catmull and Rom, "A class of local interpolating splines", 1974).
cv::Point2d catmull_rom(cv::Point2d a, cv::Point2d b, cv::Point2d c, cv::Point2d d, double t) {
  return 0.5 * (2.0 * b + t * (c - a) + t * t * (2.0 * a - 5.0 * b + 4.0 * c - d) +
                t * t * t * (3.0 * b - a - 3.0 * c + d));
}

// The stroke as the hand draws it: canvas coordinates, in fixed point, dense enough to look smooth.
std::vector<cv::Point> trace(const Stroke& stroke, const Hand& hand, Rng& rng) {
  constexpr int kSteps = 8;  // per control point
  Stroke points;
  for (const auto& p : stroke) {
    const cv::Vec2d jittered(p.x - 0.5 + hand.jitter * rng.normal(),
                             p.y - 0.5 + hand.jitter * rng.normal());
    const cv::Vec2d q = hand.map * jittered;
    points.emplace_back(q[0] + kCanvas / 2.0, q[1] + kCanvas / 2.0);
  }
  const auto last = points.size() - 1;
  std::vector<cv::Point> path;
  for (std::size_t i = 0; i < last; ++i) {
    for (int s = 0; s <= kSteps; ++s) {
      const auto p = catmull_rom(points[i == 0 ? 0 : i - 1], points[i], points[i + 1],
                                 points[std::min(i + 2, last)], s / double{kSteps});
      path.emplace_back(p * double{1 << kSubpixelBits});
    }
  }
  return path;
}

// One digit in normal form: a function of the generator's key alone.
cv::Mat1b draw(int digit, int rows, int cols, Rng rng) {
  const auto& topologies = glyphs_of(digit);
  const auto& glyph = topologies[rng.below(static_cast<std::uint32_t>(topologies.size()))];
  const Hand hand = draw_hand(rng);
  cv::Mat1b canvas(kCanvas, kCanvas, std::uint8_t{0});
  for (const auto& stroke : glyph) {
    cv::polylines(canvas, trace(stroke, hand, rng), false, cv::Scalar(255),
                  static_cast<int>(std::lround(hand.thickness)), cv::LINE_AA, kSubpixelBits);
  }
  cv::GaussianBlur(canvas, canvas, {0, 0}, rng.uniform(0.8, 2.0));
  return normal_form(canvas, rows, cols);
}

void check(const SyntheticOptions& options) {
  constexpr int kMinSide = 8;
  if (options.classes < 1 || options.classes > 10 || options.rows < kMinSide ||
      options.cols < kMinSide) {
    throw Error(
        "config.synthetic",
        fmt::format("{} classes of {}x{} pixels, expected 1 to 10 classes of at least {}x{}",
                    options.classes, options.rows, options.cols, kMinSide, kMinSide),
        "change the [data] section of the configuration");
  }
}

}  // namespace

Dataset synthesise(const SyntheticOptions& options) {
  check(options);
  Dataset set;
  set.schema = {options.rows, options.cols, 1, numbered_class_names(options.classes)};
  set.images.resize(options.count * set.schema.image_bytes());
  set.labels.resize(options.count);
  parallel_for(options.count, options.threads, [&](std::size_t i) {
    throw_if_interrupted("drawing digits");
    const auto index = options.first_index + i;
    const int digit = static_cast<int>(index % static_cast<std::uint64_t>(options.classes));
    const auto image =
        draw(digit, options.rows, options.cols, Rng(options.seed, Stream::kSynthetic, index));
    std::copy(image.begin(), image.end(), set.image(i));
    set.labels[i] = static_cast<std::uint8_t>(digit);
  });
  return set;
}

}  // namespace digits
