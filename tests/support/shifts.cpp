#include "support/shifts.h"

#include <functional>
#include <opencv2/imgproc.hpp>

#include "base/rng.h"

namespace digits {

namespace {

Dataset each_image(Dataset set, const std::function<void(cv::Mat& image, std::size_t i)>& change) {
  for (std::size_t i = 0; i < set.size(); ++i) {
    cv::Mat image(set.schema.rows, set.schema.cols, CV_8UC(set.schema.channels), set.image(i));
    change(image, i);
  }
  return set;
}

Dataset invert(const Dataset& set) {
  return each_image(set, [](cv::Mat& image, std::size_t) { cv::bitwise_not(image, image); });
}

Dataset shift(const Dataset& set) {
  return each_image(set, [](cv::Mat& image, std::size_t) {
    const cv::Mat before = image.clone();
    image.setTo(0);
    before.colRange(0, image.cols - 3).copyTo(image.colRange(3, image.cols));
  });
}

Dataset blur(const Dataset& set) {
  return each_image(set, [](cv::Mat& image, std::size_t) {
    cv::GaussianBlur(image, image, {0, 0}, 1.0);
  });
}

Dataset add_noise(const Dataset& set) {
  return each_image(set, [](cv::Mat& image, std::size_t i) {
    Rng rng(0, Stream::kTest, i);
    for (auto* byte = image.data; byte != image.dataend; ++byte) {
      *byte = cv::saturate_cast<std::uint8_t>(*byte + 32.0 * rng.normal());
    }
  });
}

Dataset thicken(const Dataset& set) {
  return each_image(set, [](cv::Mat& image, std::size_t) {
    cv::dilate(image, image, cv::getStructuringElement(cv::MORPH_RECT, {3, 3}));
  });
}

Dataset skew(const Dataset& set) {
  std::vector<std::uint32_t> kept;
  std::vector<int> seen(static_cast<std::size_t>(set.schema.classes()), 0);
  for (std::uint32_t i = 0; i < set.size(); ++i) {
    const auto label = set.labels[i];
    if (label % 2 == 0 || seen[label]++ % 3 == 0) kept.push_back(i);
  }
  return subset(set, kept);
}

}  // namespace

const std::vector<Shift>& shifts() {
  static const std::vector<Shift> all{{"inverted", invert},   {"shifted", shift},
                                      {"blurred", blur},      {"noisy", add_noise},
                                      {"thickened", thicken}, {"class-skewed", skew}};
  return all;
}

}  // namespace digits
