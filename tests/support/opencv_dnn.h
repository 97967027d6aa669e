// ONNX models run by OpenCV's dnn module.
#pragma once

#include <ATen/core/Tensor.h>

#include <string>

namespace digits {

// The first output of a model for [N, channels, rows, cols] float32: [N, classes].
at::Tensor opencv_forward(const std::string& onnx, const at::Tensor& images);

}  // namespace digits
