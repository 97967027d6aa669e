#include "data/augment.h"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

namespace digits {

namespace {

constexpr double kRadiansPerDegree = 3.14159265358979323846 / 180.0;

// The affine map from output to input pixels, about the image's centre.
cv::Matx23d draw_affine(const AugmentOptions& options, const Schema& schema, Rng& rng) {
  const auto either_side = [&](double strength) { return rng.uniform(-strength, strength); };
  const double angle = either_side(options.rotation) * kRadiansPerDegree;
  const double scale = 1.0 + either_side(options.scale);
  const double shear = either_side(options.shear);
  const double dx = either_side(options.shift);
  const double dy = either_side(options.shift);
  const cv::Matx22d rotation(std::cos(angle), -std::sin(angle), std::sin(angle), std::cos(angle));
  const cv::Matx22d linear = rotation * cv::Matx22d(1.0, shear, 0.0, 1.0) * (1.0 / scale);
  const cv::Vec2d centre((schema.cols - 1) / 2.0, (schema.rows - 1) / 2.0);
  const cv::Vec2d offset = centre - linear * centre + cv::Vec2d(dx, dy);
  return {linear(0, 0), linear(0, 1), offset[0], linear(1, 0), linear(1, 1), offset[1]};
}

}  // namespace

void augment(const AugmentOptions& options, const Schema& schema, const std::uint8_t* in,
             std::uint8_t* out, Rng rng) {
  if (options.is_identity()) {
    std::copy(in, in + schema.image_bytes(), out);
    return;
  }
  const int type = CV_8UC(schema.channels);
  const cv::Mat source(schema.rows, schema.cols, type, const_cast<std::uint8_t*>(in));
  cv::Mat target(schema.rows, schema.cols, type, out);
  cv::warpAffine(source, target, draw_affine(options, schema, rng), target.size(),
                 cv::INTER_LINEAR | cv::WARP_INVERSE_MAP, cv::BORDER_CONSTANT);
}

}  // namespace digits
