#include "model/numerics.h"

#include <ATen/ATen.h>
#include <ATen/Version.h>
#include <fmt/format.h>
#include <torch/csrc/autograd/autograd.h>

#include <algorithm>
#include <cmath>

#include "base/log.h"
#include "base/rng.h"
#include "model/torch_compat.h"

namespace digits {

namespace {

constexpr std::int64_t kImages = 3;  // LibTorch computes a single small image without oneDNN
constexpr int kRepetitions = 2;
constexpr std::uint64_t kSeed = 3;  // any value: every process checks the same numbers

// A layer's output, and the gradients of its input and its weights.
struct LayerResult {
  at::Tensor output;
  std::vector<at::Tensor> gradients;  // empty when not requested
};

struct LayerInput {
  at::Tensor input;
  at::Tensor weights;
  at::Tensor gradient;  // of the output
};

LayerInput random_input(const LayerShape& layer, std::uint64_t index) {
  const bool linear = layer.rows == 0;
  const auto draw = [&](const std::vector<std::int64_t>& sizes, std::uint64_t number) {
    return exact_random(sizes, 3 * index + number);
  };
  if (linear) {
    return {draw({kImages, layer.inputs}, 0), draw({layer.outputs, layer.inputs}, 1),
            draw({kImages, layer.outputs}, 2)};
  }
  return {draw({kImages, layer.inputs, layer.rows, layer.cols}, 0),
          draw({layer.outputs, layer.inputs, 3, 3}, 1),
          draw({kImages, layer.outputs, layer.rows, layer.cols}, 2)};
}

LayerResult compute(const LayerOperations::Operation& operation, const LayerInput& given,
                    const at::TensorOptions& type, const NumericsOptions& options) {
  const at::AutoGradMode with_gradients(options.backward);
  const auto format = options.layout == Layout::kChannelsLast && given.input.dim() == 4
                          ? at::MemoryFormat::ChannelsLast
                          : at::MemoryFormat::Contiguous;
  const auto input = given.input.to(type).contiguous(format).requires_grad_(options.backward);
  const auto weights = given.weights.to(type).requires_grad_(options.backward);
  LayerResult pass;
  {
    const AutocastScope autocast(
        options.device.type(), at::kBFloat16,
        options.precision == Precision::kBfloat16 && type.dtype() == at::kFloat);
    pass.output = operation(input, weights);
  }
  if (options.backward) {
    const auto gradient = given.gradient.to(type).to(pass.output.dtype());
    pass.gradients = torch::autograd::grad({pass.output}, {input, weights}, {gradient});
  }
  return pass;
}

double largest(const at::Tensor& tensor) { return tensor.abs().max().item<double>(); }

NumericsResult compare(const LayerResult& seen, const LayerResult& expected) {
  NumericsResult result;
  result.forward = relative_difference(seen.output, expected.output, largest(expected.output));
  for (std::size_t i = 0; i < seen.gradients.size(); ++i) {
    const auto& gradient = expected.gradients[i];
    result.backward = std::max(result.backward,
                               relative_difference(seen.gradients[i], gradient, largest(gradient)));
  }
  return result;
}

NumericsResult check_layer(const LayerShape& layer, std::uint64_t index,
                           const NumericsOptions& options, const LayerOperations& operations) {
  const bool linear = layer.rows == 0;
  const auto given = random_input(layer, index);
  const auto reference = libtorch_operations();
  const auto expected = compute(linear ? reference.multiply : reference.convolve, given,
                                at::TensorOptions(at::kDouble), options);
  NumericsResult worst{describe(layer), options.precision};
  try {
    for (int i = 0; i < kRepetitions; ++i) {
      const auto seen = compute(linear ? operations.multiply : operations.convolve, given,
                                at::TensorOptions(at::kFloat).device(options.device), options);
      const auto result = compare(seen, expected);
      worst.forward = std::max(worst.forward, result.forward);
      worst.backward = std::max(worst.backward, result.backward);
    }
  } catch (const std::exception& error) {  // "could not create a primitive descriptor"
    const std::string text = error.what();
    worst.error = text.substr(0, text.find('\n'));
  }
  return worst;
}

struct Setting {
  Precision precision;
  bool onednn;
};

// The allowed settings, in the order of the attempts.
std::vector<Setting> settings(Precision precision, bool by_name, c10::Device device) {
  const bool onednn = onednn_enabled();
  std::vector<Setting> all{{precision, onednn}};
  if (precision == Precision::kBfloat16) {
    if (by_name) return all;
    all.push_back({Precision::kFloat32, onednn});
  }
  if (onednn && device.is_cpu()) all.push_back({Precision::kFloat32, false});
  return all;
}

std::string describe(const Setting& setting) {
  return to_string(setting.precision) + (setting.onednn ? "" : " without oneDNN");
}

std::vector<NumericsResult> check_setting(const Setting& setting,
                                          const std::vector<LayerShape>& layers, c10::Device device,
                                          const LayerOperations& operations) {
  NumericsOptions options;
  options.device = device;
  options.backward = true;
  auto results = check_layers(layers, options, operations);  // evaluation
  if (setting.precision == Precision::kFloat32) return results;
  options.precision = setting.precision;
  const auto training = check_layers(layers, options, operations);
  results.insert(results.begin(), training.begin(), training.end());
  return results;
}

}  // namespace

std::string describe(const LayerShape& layer) {
  if (layer.rows == 0) return fmt::format("{} ({} to {})", layer.name, layer.inputs, layer.outputs);
  return fmt::format("{} ({} to {} channels, {}x{})", layer.name, layer.inputs, layer.outputs,
                     layer.rows, layer.cols);
}

LayerOperations libtorch_operations() {
  LayerOperations operations;
  operations.convolve = [](const at::Tensor& input, const at::Tensor& weights) {
    return at::conv2d(input, weights, {}, /*stride=*/1, /*padding=*/1);
  };
  operations.multiply = [](const at::Tensor& input, const at::Tensor& weights) {
    return at::linear(input, weights, at::zeros({weights.size(0)}, weights.options()));
  };
  return operations;
}

double numerics_tolerance(Precision precision) {
  return precision == Precision::kBfloat16 ? 2e-2 : 1e-4;
}

bool is_correct(const NumericsResult& result) {
  return result.error.empty() &&
         std::max(result.forward, result.backward) <= numerics_tolerance(result.precision);
}

double relative_difference(const at::Tensor& seen, const at::Tensor& expected, double scale) {
  if (seen.sizes() != expected.sizes()) return INFINITY;
  const auto difference =
      (seen.detach().to(at::kCPU, at::kDouble) - expected.detach()).abs().max().item<double>();
  if (difference == 0.0) return 0.0;
  return std::isfinite(difference) ? difference / scale : INFINITY;
}

at::Tensor exact_random(const std::vector<std::int64_t>& sizes, std::uint64_t index) {
  auto tensor = at::empty(sizes, at::kFloat);
  auto* const values = tensor.data_ptr<float>();
  Rng rng(kSeed, Stream::kWeights, index);
  for (std::int64_t i = 0; i < tensor.numel(); ++i) {
    values[i] = static_cast<float>(static_cast<int>(rng.below(256)) - 128) / 64.0F;
  }
  return tensor;
}

std::vector<NumericsResult> check_layers(const std::vector<LayerShape>& layers,
                                         const NumericsOptions& options,
                                         const LayerOperations& operations) {
  std::vector<NumericsResult> results;
  results.reserve(layers.size());
  for (const auto& layer : layers) {
    results.push_back(check_layer(layer, results.size(), options, operations));
  }
  return results;
}

std::string first_fault(const std::vector<NumericsResult>& results) {
  const auto fault = std::find_if_not(results.begin(), results.end(), is_correct);
  if (fault == results.end()) return {};
  if (!fault->error.empty()) {
    return fmt::format("{} in {} cannot be computed: {}", fault->layer, to_string(fault->precision),
                       fault->error);
  }
  return fmt::format(
      "{} in {} differs from float64 by {:.2g} (forward) and {:.2g} (backward) of the largest "
      "value, expected at most {:.2g}",
      fault->layer, to_string(fault->precision), fault->forward, fault->backward,
      numerics_tolerance(fault->precision));
}

std::string onednn_version() {
  const auto text = at::get_mkldnn_version();  // "Intel(R) MKL-DNN v2.6.0 (Git Hash N/A)"
  const auto begin = text.find(" v");
  if (begin == std::string::npos) return "none";
  return text.substr(begin + 2, text.find(' ', begin + 2) - begin - 2);
}

std::string numerics_platform() {
  return fmt::format("LibTorch {}, oneDNN {}, {}", torch_info().version, onednn_version(),
                     cpu_model());
}

Error numerics_error(const std::string& text, const std::string& hint) {
  return {"device.numerics", fmt::format("{} ({})", text, numerics_platform()), hint};
}

Numerics choose_numerics(const std::vector<LayerShape>& layers, Precision precision, bool by_name,
                         c10::Device device, const LayerOperations& operations) {
  const bool onednn = onednn_enabled();
  const auto tried = settings(precision, by_name, device);
  Numerics numerics;
  std::string fault;
  for (std::size_t i = 0; i < tried.size(); ++i) {
    enable_onednn(tried[i].onednn);
    numerics.precision = tried[i].precision;
    numerics.onednn = tried[i].onednn;
    numerics.layers = check_setting(tried[i], layers, device, operations);
    fault = first_fault(numerics.layers);
    if (fault.empty()) return numerics;
    if (i + 1 == tried.size()) break;
    numerics.warnings.push_back(fmt::format("{} ({}): continuing in {}", fault, numerics_platform(),
                                            describe(tried[i + 1])));
  }
  enable_onednn(onednn);
  throw numerics_error(fault, tried.size() == 1 && precision == Precision::kBfloat16
                                  ? "set train.precision to \"auto\" or \"float32\""
                                  : "see `digits doctor`; use another LibTorch or machine");
}

bool onednn_enabled() { return at::globalContext().userEnabledMkldnn(); }

void enable_onednn(bool enabled) { at::globalContext().setUserEnabledMkldnn(enabled); }

}  // namespace digits
