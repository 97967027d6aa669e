// What computes a package's logits: TorchScript, or a program that does it faster.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace digits {

// Thread-safe. Equal images give equal logits in calls of equal size, on any number of threads.
class InferenceEngine {
 public:
  InferenceEngine() = default;
  virtual ~InferenceEngine() = default;
  InferenceEngine(const InferenceEngine&) = delete;
  InferenceEngine& operator=(const InferenceEngine&) = delete;

  // "torchscript", "onednn" or "onednn-bfloat16".
  virtual std::string name() const = 0;

  // How far a logit may be from the golden one: rounding, and no more.
  virtual double tolerance() const = 0;

  // [N, channels, rows, cols] float32 in [0, 1] on the CPU -> [N, classes] float32 logits there.
  virtual at::Tensor forward(const at::Tensor& images) const = 0;

  // The same from bytes [n, rows, cols, channels]; logits [n * classes].
  virtual std::vector<float> logits(const std::uint8_t* images, std::size_t n) const = 0;
};

}  // namespace digits
