#include "data/augment.h"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

namespace digits {

namespace {

// The affine map from output to input pixels, about the image's centre.
cv::Matx23f draw_affine(const AugmentOptions& options, const Schema& schema, Rng& rng) {
  const auto either_side = [&](double strength) { return rng.uniform(-strength, strength); };
  const double angle = either_side(options.rotation) * CV_PI / 180.0;
  const double scale = 1.0 + either_side(options.scale);
  const double shear = either_side(options.shear);
  const double dx = either_side(options.shift);
  const double dy = either_side(options.shift);
  const cv::Matx22d rotation(std::cos(angle), -std::sin(angle), std::sin(angle), std::cos(angle));
  const cv::Matx22d linear = rotation * cv::Matx22d(1.0, shear, 0.0, 1.0) * (1.0 / scale);
  const cv::Vec2d centre((schema.cols - 1) / 2.0, (schema.rows - 1) / 2.0);
  const cv::Vec2d offset = centre - linear * centre + cv::Vec2d(dx, dy);
  return cv::Matx23d(linear(0, 0), linear(0, 1), offset[0], linear(1, 0), linear(1, 1), offset[1]);
}

// Smoothed uniform noise: where each output pixel looks beside its place in the affine map.
cv::Mat2f draw_displacement(const AugmentOptions& options, const Schema& schema, Rng& rng) {
  cv::Mat2f field(schema.rows, schema.cols);
  const double alpha = rng.uniform(0.0, options.elastic);
  for (auto& d : field) {
    d = {static_cast<float>(rng.uniform(-alpha, alpha)),
         static_cast<float>(rng.uniform(-alpha, alpha))};
  }
  cv::GaussianBlur(field, field, {0, 0}, options.smoothness, 0.0, cv::BORDER_CONSTANT);
  return field;
}

// Both maps in one, so that pixels are interpolated once.
void move(const AugmentOptions& options, const Schema& schema, const cv::Mat& in, cv::Mat& out,
          Rng& rng) {
  const auto affine = draw_affine(options, schema, rng);
  if (options.elastic == 0) {
    cv::warpAffine(in, out, affine, in.size(), cv::INTER_LINEAR | cv::WARP_INVERSE_MAP,
                   cv::BORDER_CONSTANT);
    return;
  }
  cv::Mat2f map = draw_displacement(options, schema, rng);
  for (int y = 0; y < map.rows; ++y) {
    for (int x = 0; x < map.cols; ++x) {
      map(y, x) += affine * cv::Vec3f(static_cast<float>(x), static_cast<float>(y), 1.0F);
    }
  }
  cv::remap(in, out, map, cv::noArray(), cv::INTER_LINEAR, cv::BORDER_CONSTANT);
}

void add_noise(double strength, const Schema& schema, std::uint8_t* image, Rng& rng) {
  const double stddev = 255.0 * rng.uniform(0.0, strength);
  for (auto* pixel = image; pixel != image + schema.image_bytes(); ++pixel) {
    *pixel = cv::saturate_cast<std::uint8_t>(*pixel + stddev * rng.normal());
  }
}

void erase(double strength, cv::Mat& image, Rng& rng) {
  const auto side = [&](int whole) {
    return static_cast<int>(std::lround(rng.uniform(0.0, strength) * whole));
  };
  const auto start = [&](int whole, int part) {
    return static_cast<int>(rng.below(static_cast<std::uint32_t>(whole - part) + 1));
  };
  const cv::Size size(side(image.cols), side(image.rows));
  const int x = start(image.cols, size.width);
  const int y = start(image.rows, size.height);
  image(cv::Rect({x, y}, size)).setTo(cv::Scalar::all(0));
}

}  // namespace

void augment(const AugmentOptions& options, const Schema& schema, const std::uint8_t* in,
             std::uint8_t* out, Rng rng) {
  const int type = CV_8UC(schema.channels);
  const cv::Mat source(schema.rows, schema.cols, type, const_cast<std::uint8_t*>(in));
  cv::Mat target(schema.rows, schema.cols, type, out);
  if (options.moves()) {
    move(options, schema, source, target, rng);
  } else {
    source.copyTo(target);
  }
  if (options.blur > 0) {
    // Below a tenth of a pixel nothing would be seen, and zero asks OpenCV to choose for itself.
    const double sigma = std::max(0.1, rng.uniform(0.0, options.blur));
    cv::GaussianBlur(target, target, {0, 0}, sigma, 0.0, cv::BORDER_CONSTANT);
  }
  if (options.noise > 0) add_noise(options.noise, schema, out, rng);
  if (options.erase > 0) erase(options.erase, target, rng);
}

}  // namespace digits
