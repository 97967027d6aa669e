// ONNX models run by OpenCV's dnn module.
#pragma once

#include <ATen/ATen.h>

#include <opencv2/core/version.hpp>
#include <opencv2/dnn.hpp>
#include <string>
#include <vector>

namespace digits {

// The first output of a model for [N, channels, rows, cols] float32: [N, classes].
inline at::Tensor opencv_forward(const std::string& onnx, const at::Tensor& images) {
  auto net = cv::dnn::readNetFromONNX(onnx.data(), onnx.size());
  net.setPreferableBackend(cv::dnn::DNN_BACKEND_OPENCV);
#if CV_VERSION_MAJOR * 100 + CV_VERSION_MINOR >= 407
  // Winograd's convolutions save products at the price of exactness: 1.2e-4 off at logits of 26.
  net.enableWinograd(false);
#endif
  const auto input = images.contiguous();
  const std::vector<int> sizes(input.sizes().begin(), input.sizes().end());
  net.setInput(cv::Mat(sizes, CV_32F, input.data_ptr()));
  const cv::Mat output = net.forward();
  return at::from_blob(output.data, {output.size[0], output.size[1]}, at::kFloat).clone();
}

}  // namespace digits
