#include "data/perturb.h"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

#include "base/parallel.h"

namespace digits {

cv::Matx23f source_map(const Move& move, cv::Size size) {
  const double angle = move.rotation * CV_PI / 180.0;
  const cv::Matx22d rotation(std::cos(angle), -std::sin(angle), std::sin(angle), std::cos(angle));
  const cv::Matx22d linear = rotation * cv::Matx22d(1.0, move.shear, 0.0, 1.0) * (1.0 / move.scale);
  const cv::Vec2d centre((size.width - 1) / 2.0, (size.height - 1) / 2.0);
  const cv::Vec2d offset = centre - linear * centre - cv::Vec2d(move.dx, move.dy);
  return cv::Matx23d(linear(0, 0), linear(0, 1), offset[0], linear(1, 0), linear(1, 1), offset[1]);
}

void warp(const cv::Mat& in, cv::Mat& out, const cv::Matx23f& source) {
  cv::warpAffine(in, out, source, in.size(), cv::INTER_LINEAR | cv::WARP_INVERSE_MAP,
                 cv::BORDER_CONSTANT);
}

void add_noise(cv::Mat& image, double deviation, Rng& rng) {
  for (auto* byte = image.data; byte != image.dataend; ++byte) {
    *byte = cv::saturate_cast<std::uint8_t>(*byte + 255.0 * deviation * rng.normal());
  }
}

void blur(cv::Mat& image, double sigma) {
  cv::GaussianBlur(image, image, {0, 0}, std::max(0.1, sigma), 0.0, cv::BORDER_CONSTANT);
}

Perturbation moved(const Move& move) {
  return [=](cv::Mat& image, Rng) { warp(image.clone(), image, source_map(move, image.size())); };
}

Perturbation toned(double gain, double offset) {
  return [=](cv::Mat& image, Rng) { image.convertTo(image, -1, gain, 255.0 * offset); };
}

Perturbation thickened(int pixels) {
  return [=](cv::Mat& image, Rng) {
    cv::dilate(image, image, cv::Mat1b::ones(pixels + 1, pixels + 1));
  };
}

Perturbation thinned(int pixels) {
  return [=](cv::Mat& image, Rng) {
    cv::erode(image, image, cv::Mat1b::ones(pixels + 1, pixels + 1));
  };
}

Perturbation noisy(double deviation) {
  return [=](cv::Mat& image, Rng rng) { add_noise(image, deviation, rng); };
}

Perturbation blurred(double sigma) {
  return [=](cv::Mat& image, Rng) { blur(image, sigma); };
}

Perturbation occluded(double side) {
  return [=](cv::Mat& image, Rng rng) {
    const int pixels = static_cast<int>(std::lround(side * std::min(image.rows, image.cols)));
    const int x = static_cast<int>(rng.uniform(0.0, image.cols - pixels + 1));
    const int y = static_cast<int>(rng.uniform(0.0, image.rows - pixels + 1));
    image(cv::Rect(x, y, pixels, pixels)).setTo(cv::Scalar::all(0));
  };
}

Dataset perturbed(Dataset set, const Perturbation& change, std::uint64_t seed, int threads) {
  const auto& schema = set.schema;
  parallel_for(set.size(), threads, [&](std::size_t i) {
    cv::Mat image(schema.rows, schema.cols, CV_8UC(schema.channels), set.image(i));
    change(image, Rng(seed, Stream::kPerturb, i));
  });
  return set;
}

}  // namespace digits
