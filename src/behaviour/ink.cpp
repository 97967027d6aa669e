#include "behaviour/ink.h"

#include <algorithm>
#include <opencv2/imgproc.hpp>
#include <vector>

namespace digits {

namespace {

// The median of each channel over the first and last rows and columns.
cv::Scalar background_of(const std::uint8_t* image, const Schema& schema) {
  const auto channels = static_cast<std::size_t>(schema.channels);
  std::vector<std::vector<int>> border(channels);
  for (int row = 0; row < schema.rows; ++row) {
    const bool whole = row == 0 || row == schema.rows - 1;
    for (int col = 0; col < schema.cols; col += whole ? 1 : std::max(1, schema.cols - 1)) {
      const auto* pixel = image + static_cast<std::size_t>(row * schema.cols + col) * channels;
      for (std::size_t c = 0; c < channels; ++c) border[c].push_back(pixel[c]);
    }
  }
  cv::Scalar medians;
  for (int c = 0; c < schema.channels; ++c) {
    auto& values = border[static_cast<std::size_t>(c)];
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    medians[c] = *middle;
  }
  return medians;
}

}  // namespace

cv::Mat1b ink_of(const std::uint8_t* image, const Schema& schema, int margin) {
  const cv::Mat picture(schema.rows, schema.cols, CV_8UC(schema.channels),
                        const_cast<std::uint8_t*>(image));
  cv::Mat by_channel;
  cv::absdiff(picture, background_of(image, schema), by_channel);
  cv::Mat distances;  // from the background, in the channel where it is largest
  cv::reduce(by_channel.reshape(1, schema.rows * schema.cols), distances, 1, cv::REDUCE_MAX);
  double farthest = 0.0;
  cv::minMaxLoc(distances, nullptr, &farthest);
  const double least = std::max(1.0, farthest / 2.0);  // at least 1: one colour has no ink
  cv::Mat1b ink(distances.reshape(1, schema.rows) >= least);
  cv::dilate(ink, ink, cv::Mat::ones(2 * margin + 1, 2 * margin + 1, CV_8U));
  return ink;
}

}  // namespace digits
