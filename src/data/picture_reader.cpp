#include "data/picture_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>
#include <utility>

namespace digits {

namespace {

constexpr int kMinContrast = 12;  // per cent of the largest difference that the paper allows

// The median of the first and last rows and columns.
int median_of_rim(const cv::Mat1b& grey) {
  std::vector<std::uint8_t> rim;
  for (int y = 0; y < grey.rows; ++y) {
    const int step = y == 0 || y == grey.rows - 1 ? 1 : std::max(1, grey.cols - 1);
    for (int x = 0; x < grey.cols; x += step) rim.push_back(grey(y, x));
  }
  const auto middle = rim.begin() + static_cast<std::ptrdiff_t>(rim.size() / 2);
  std::nth_element(rim.begin(), middle, rim.end());
  return *middle;
}

PictureReader reader_of_one_digit() {
  return {"A picture shows one digit, on even paper.",
          [](const cv::Mat1b& grey, DigitCount) { return read_as_one_digit(grey); }};
}

PictureReader& registered_reader() {
  static PictureReader reader = reader_of_one_digit();
  return reader;
}

}  // namespace

Reading read_as_one_digit(const cv::Mat1b& grey) {
  const int paper = median_of_rim(grey);
  const int largest = std::max(paper, 255 - paper);
  cv::Mat1b ink;
  cv::absdiff(grey, cv::Scalar(paper), ink);
  double strongest = 0.0;
  cv::minMaxLoc(ink, nullptr, &strongest);
  Reading reading;
  reading.seen = fmt::format("contrast {} %", 100 * static_cast<int>(strongest) / largest);
  const double bound = kMinContrast * largest / 100.0;
  if (strongest < bound) return reading;
  ink.setTo(0.0, ink < bound);
  ink.convertTo(ink, CV_8U, 255.0 / strongest);
  const cv::Rect box = cv::boundingRect(ink);
  reading.digits.push_back({box, ink(box)});
  return reading;
}

const PictureReader& picture_reader() { return registered_reader(); }

void set_picture_reader(PictureReader reader) {
  registered_reader() = reader.read ? std::move(reader) : reader_of_one_digit();
}

}  // namespace digits
