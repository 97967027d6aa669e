// Defines the interface of an engine: the program that computes a package's logits.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "model/device.h"
#include "model/numerics.h"
#include "model/tensor_fwd.h"

namespace digits {

// The largest change of a golden logit by bfloat16, which keeps 8 bits of each value; float32 has
// kGoldenTolerance.
constexpr double kBfloat16Tolerance = 0.25;

// Thread-safe. Equal images give equal logits in calls of equal size, on any number of threads.
class InferenceEngine {
 public:
  InferenceEngine() = default;
  virtual ~InferenceEngine() = default;
  InferenceEngine(const InferenceEngine&) = delete;
  InferenceEngine& operator=(const InferenceEngine&) = delete;

  // "torchscript", or a name of an EngineFactory.
  virtual std::string name() const = 0;

  // The device that computes: "cpu", "cuda:0".
  virtual std::string device() const { return "cpu"; }

  // The file that defines the network a second time, which must be edited together with
  // Network::forward; empty if there is none.
  virtual std::string source() const { return ""; }

  // The precision of products; the logits are float32.
  virtual Precision precision() const = 0;

  // [N, channels, rows, cols] float32 in [0, 1] on the CPU -> [N, classes] float32 logits there.
  virtual at::Tensor forward(const at::Tensor& images) const = 0;

  // The same from bytes [n, rows, cols, channels]; logits [n * classes].
  virtual std::vector<float> logits(const std::uint8_t* images, std::size_t n) const = 0;

  // Compares each layer with float64, as the engine computes it.
  virtual std::vector<NumericsResult> check_layers() const = 0;
};

}  // namespace digits
