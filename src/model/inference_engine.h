// What computes a package's logits: TorchScript, or a program that does it faster.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "model/device.h"

namespace digits {

// How far rounding may move a logit of about 10. bfloat16 keeps 8 bits of each value. Float32 sums
// in another order differ by some 1e-6 of that; a changed weight or constant shows in the first
// digits.
constexpr double kFloat32Tolerance = 1e-4;
constexpr double kBfloat16Tolerance = 0.25;

// Thread-safe. Equal images give equal logits in calls of equal size, on any number of threads.
class InferenceEngine {
 public:
  InferenceEngine() = default;
  virtual ~InferenceEngine() = default;
  InferenceEngine(const InferenceEngine&) = delete;
  InferenceEngine& operator=(const InferenceEngine&) = delete;

  // "torchscript", "onednn" or "onednn-bfloat16".
  virtual std::string name() const = 0;

  // What it multiplies in; the logits are float32.
  virtual Precision precision() const = 0;

  // [N, channels, rows, cols] float32 in [0, 1] on the CPU -> [N, classes] float32 logits there.
  virtual at::Tensor forward(const at::Tensor& images) const = 0;

  // The same from bytes [n, rows, cols, channels]; logits [n * classes].
  virtual std::vector<float> logits(const std::uint8_t* images, std::size_t n) const = 0;
};

}  // namespace digits
