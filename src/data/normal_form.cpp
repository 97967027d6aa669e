#include "data/normal_form.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <opencv2/imgproc.hpp>

namespace digits {

namespace {

constexpr double kInkThreshold = 0.2;  // of the darkest ink: a weaker pixel is paper noise

// The smallest box around all clear ink; empty for a blank image.
cv::Rect ink_box(const cv::Mat1b& ink) {
  double darkest = 0.0;
  cv::minMaxLoc(ink, nullptr, &darkest);
  if (darkest == 0.0) return {};
  cv::Mat1b mask;
  cv::compare(ink, kInkThreshold * darkest, mask, cv::CMP_GT);
  return cv::boundingRect(mask);
}

// The start of a glyph of `length` pixels whose centre of mass, counted from the centre of its
// first pixel, lies at pixel `frame` / 2 (14 of 0 to 27 in MNIST); kept inside the frame.
int start_of(double centre_of_mass, int length, int frame) {
  const int start = static_cast<int>(std::lround(frame / 2.0 - centre_of_mass));
  return std::clamp(start, 0, frame - length);
}

}  // namespace

int normal_side(int rows, int cols) {
  return std::max(1, static_cast<int>(std::lround(std::min(rows, cols) * 20.0 / 28.0)));
}

bool has_normal_form(const cv::Mat1b& image) {
  const cv::Moments moments = cv::moments(image);
  if (moments.m00 == 0.0) return false;
  const auto fits = [&](const cv::Rect& box) {
    return std::abs(std::max(box.width, box.height) - normal_side(image.rows, image.cols)) <= 1;
  };
  return (fits(cv::boundingRect(image)) ||
          fits(ink_box(image))) &&  // with its soft edge or without
         std::abs(moments.m10 / moments.m00 - image.cols / 2.0) <= 1.0 &&
         std::abs(moments.m01 / moments.m00 - image.rows / 2.0) <= 1.0;
}

cv::Mat1b normal_form(const cv::Mat1b& ink, int rows, int cols) {
  cv::Mat1b frame(rows, cols, std::uint8_t{0});
  const cv::Rect box = ink_box(ink);
  if (box.empty()) return frame;

  const double scale =
      static_cast<double>(normal_side(rows, cols)) / std::max(box.width, box.height);
  const cv::Size size(std::max(1, static_cast<int>(std::lround(box.width * scale))),
                      std::max(1, static_cast<int>(std::lround(box.height * scale))));
  cv::Mat1b glyph;
  cv::resize(ink(box), glyph, size, 0, 0, scale < 1.0 ? cv::INTER_AREA : cv::INTER_LINEAR);

  const cv::Moments moments = cv::moments(glyph);
  if (moments.m00 == 0.0) return frame;  // the ink is too thin for the reduction
  const int x = start_of(moments.m10 / moments.m00, size.width, cols);
  const int y = start_of(moments.m01 / moments.m00, size.height, rows);
  glyph.copyTo(frame(cv::Rect({x, y}, size)));
  return frame;
}

}  // namespace digits
