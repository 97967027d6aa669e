// Checks that LibTorch and oneDNN compute a network's layers correctly on this processor. Each
// layer is computed on random input and compared with float64. LibTorch computes float64 as a
// matrix product, so the comparison does not depend on oneDNN.
#pragma once

#include <c10/core/Device.h>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/error.h"
#include "model/architecture.h"
#include "model/device.h"
#include "model/tensor_fwd.h"

namespace digits {

// "conv1 (20 to 32 channels, 7x7)", "head (576 to 10)"
std::string describe(const LayerShape& layer);

// The operations under test: LibTorch's, or a test's own.
struct LayerOperations {
  using Operation = std::function<at::Tensor(const at::Tensor& input, const at::Tensor& weights)>;
  Operation convolve;  // with one pixel of zeros around each map
  Operation multiply;  // [n, inputs] and [outputs, inputs] -> [n, outputs]
};
LayerOperations libtorch_operations();

enum class Layout { kContiguous, kChannelsLast };

struct NumericsOptions {
  Layout layout = Layout::kChannelsLast;  // of a convolution's input
  Precision precision = Precision::kFloat32;
  c10::Device device{c10::DeviceType::CPU};
  bool backward = false;  // compare the gradients too
};

// The largest differences from float64, as shares of the largest value; infinite if any value is
// not finite.
struct NumericsResult {
  std::string layer;  // "conv1 (20 to 32 channels, 7x7)"
  Precision precision = Precision::kFloat32;
  double forward = 0.0;
  double backward = 0.0;  // of the gradients of input and weights; 0 when not computed
  std::string error{};    // the library's error, when it cannot compute the layer
};

// The difference explained by rounding. The random input is exact in bfloat16, so only the order of
// sums (float32: some 1e-7) and the rounding of each result (bfloat16: 2^-9) differ.
double numerics_tolerance(Precision precision);
bool is_correct(const NumericsResult& result);

// The largest difference between two tensors, divided by `scale`; 0 for equal tensors. Infinite
// when their sizes differ or a value is not finite.
double relative_difference(const at::Tensor& seen, const at::Tensor& expected, double scale);

// A tensor of `sizes` filled with random multiples of 1/64 from -2 to 2, which bfloat16 represents
// exactly; `index` selects one of several such tensors.
at::Tensor exact_random(const std::vector<std::int64_t>& sizes, std::uint64_t index);

// One result for each layer. Each layer is computed twice, since a faulty kernel may be right the
// first time.
std::vector<NumericsResult> check_layers(const std::vector<LayerShape>& layers,
                                         const NumericsOptions& options,
                                         const LayerOperations& operations);

// The first incorrect result: "conv1 (20 to 32 channels, 7x7) in float32 differs from float64 by
// 0.34 (forward) and 0.02 (backward) of the largest value, expected at most 0.0001", or "... cannot
// be computed: (error)". Empty when all are correct.
std::string first_fault(const std::vector<NumericsResult>& results);

// The version of oneDNN in LibTorch: "3.7.2"; "none" when LibTorch was built without it.
std::string onednn_version();

// "LibTorch 2.6.0, oneDNN 3.7.2, AMD EPYC 9B14": stands in the report of a fault.
std::string numerics_platform();

// The error for a fault without a fallback. `text` as of first_fault.
Error numerics_error(const std::string& text, const std::string& hint);

// The settings that compute a network correctly, after a check of its layers.
struct Numerics {
  Precision precision = Precision::kFloat32;  // of training; evaluation is float32
  bool onednn = true;                         // false: LibTorch runs without oneDNN
  std::vector<NumericsResult> layers;         // with these settings
  std::vector<std::string> warnings;          // each fallback and its reason
};

// Checks the layers forward and backward in `precision`, and in float32, which evaluation uses.
// When one is incorrect, bfloat16 falls back to float32 unless it was requested `by_name`, and
// float32 falls back to LibTorch without oneDNN, for the whole process; each fallback gives a
// warning. Throws device.numerics when a fallback is not allowed or does not help.
Numerics choose_numerics(const std::vector<LayerShape>& layers, Precision precision, bool by_name,
                         c10::Device device, const LayerOperations& operations);

// Whether LibTorch uses oneDNN, in this process.
bool onednn_enabled();
void enable_onednn(bool enabled);

}  // namespace digits
