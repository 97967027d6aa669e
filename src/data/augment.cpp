#include "data/augment.h"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

#include "data/perturb.h"

namespace digits {

namespace {

cv::Matx23f draw_map(const AugmentOptions& options, cv::Size size, Rng& rng) {
  const auto either_side = [&](double strength) { return rng.uniform(-strength, strength); };
  Move move;
  move.rotation = either_side(options.rotation);
  move.scale = 1.0 + either_side(options.scale);
  move.shear = either_side(options.shear);
  move.dx = -either_side(options.shift);  // drawn as the pixel's source offset
  move.dy = -either_side(options.shift);
  return source_map(move, size);
}

// Smoothed uniform noise: the source offset of each output pixel, beside the affine map.
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

// Applies both maps at once, so that pixels are interpolated once.
void move_pixels(const AugmentOptions& options, const Schema& schema, const cv::Mat& in,
                 cv::Mat& out, Rng& rng) {
  const auto affine = draw_map(options, in.size(), rng);
  if (options.elastic == 0) return warp(in, out, affine);
  cv::Mat2f map = draw_displacement(options, schema, rng);
  for (int y = 0; y < map.rows; ++y) {
    for (int x = 0; x < map.cols; ++x) {
      map(y, x) += affine * cv::Vec3f(static_cast<float>(x), static_cast<float>(y), 1.0F);
    }
  }
  cv::remap(in, out, map, cv::noArray(), cv::INTER_LINEAR, cv::BORDER_CONSTANT);
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

// Clips values to the range.
void change_tone(const AugmentOptions& options, cv::Mat& image, Rng& rng) {
  const double gain = 1.0 + rng.uniform(-options.contrast, options.contrast);
  const double offset = rng.uniform(-options.brightness, options.brightness);
  image.convertTo(image, -1, gain, 255.0 * offset);
}

}  // namespace

void augment(const AugmentOptions& options, const Schema& schema, const std::uint8_t* in,
             std::uint8_t* out, Rng rng) {
  const int type = CV_8UC(schema.channels);
  const cv::Mat source(schema.rows, schema.cols, type, const_cast<std::uint8_t*>(in));
  cv::Mat target(schema.rows, schema.cols, type, out);
  if (options.moves()) {
    move_pixels(options, schema, source, target, rng);
  } else {
    source.copyTo(target);
  }
  if (options.blur > 0) blur(target, rng.uniform(0.0, options.blur));
  if (options.noise > 0) add_noise(target, rng.uniform(0.0, options.noise), rng);
  if (options.erase > 0) erase(options.erase, target, rng);
  if (options.tones()) change_tone(options, target, rng);
}

}  // namespace digits
