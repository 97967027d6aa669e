#include "support/photos.h"

#include <opencv2/imgproc.hpp>

#include "base/rng.h"
#include "data/synthetic.h"

namespace digits {

namespace {

// One digit's ink, a square of `side` pixels.
cv::Mat1b draw_digit(int digit, int side, std::uint64_t seed, std::size_t place) {
  SyntheticOptions options;
  options.count = 1;
  options.rows = options.cols = side;
  options.seed = seed;
  options.first_index = 10 * place + static_cast<std::uint64_t>(digit);
  auto set = synthesise(options);
  return cv::Mat1b(side, side, set.images.data()).clone();
}

// How much ink lies on each pixel, 0 to 255: the digits side by side.
cv::Mat1b write_line(const PhotoOptions& options, std::uint64_t seed) {
  const int side = options.height * 28 / 20;  // the normal form's margin
  const int step = options.height;            // so that frames overlap by their margins
  const int width = step * static_cast<int>(options.digits.size() - 1) + side;
  cv::Mat1b ink(options.size, std::uint8_t{0});
  const cv::Point start(static_cast<int>(options.centre.x * ink.cols) - width / 2,
                        static_cast<int>(options.centre.y * ink.rows) - side / 2);
  for (std::size_t k = 0; k < options.digits.size(); ++k) {
    const cv::Rect frame(start.x + static_cast<int>(k) * step, start.y, side, side);
    cv::Mat place = ink(frame);
    cv::max(place, draw_digit(options.digits[k] - '0', side, seed, k), place);
  }
  return ink;
}

// The share of the light that reaches each pixel.
cv::Mat1d light(const PhotoOptions& options) {
  cv::Mat1d shadow(options.size, 1.0);
  const std::vector<cv::Point> below{{0, options.size.height / 3},
                                     {options.size.width, options.size.height},
                                     {0, options.size.height}};
  cv::fillConvexPoly(shadow, below, cv::Scalar(1.0 - options.shadow));
  cv::GaussianBlur(shadow, shadow, {0, 0}, options.size.width / 40.0);
  for (int x = 0; x < shadow.cols; ++x) shadow.col(x) *= 1.0 - options.gradient * x / shadow.cols;
  return shadow;
}

}  // namespace

cv::Mat3b compose_photo(const PhotoOptions& options, std::uint64_t seed) {
  const auto ink = write_line(options, seed);
  const auto lit = light(options);
  Rng rng(seed, Stream::kTest, 77);
  cv::Mat3b photo(options.size);
  for (int y = 0; y < photo.rows; ++y) {
    for (int x = 0; x < photo.cols; ++x) {
      const double covered = ink(y, x) / 255.0;
      const cv::Vec3d colour =
          cv::Vec3d(options.paper) * (1.0 - covered) + cv::Vec3d(options.ink) * covered;
      const double grain = options.noise * rng.normal();
      for (int c = 0; c < 3; ++c) {
        photo(y, x)[c] = cv::saturate_cast<std::uint8_t>(colour[c] * lit(y, x) + grain);
      }
    }
  }
  return photo;
}

}  // namespace digits
