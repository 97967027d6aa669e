#include "inference/torchscript_engine.h"

#include <ATen/ATen.h>
#include <fmt/format.h>
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/serialization/import.h>

#include <sstream>
#include <utility>

#include "base/error.h"
#include "model/network.h"
#include "model/tensors.h"
#include "repository/package_files.h"

namespace digits {

namespace {

// Runs `action` on a parsed archive; any exception means that the archive is not a model.
template <typename Action>
auto guarded(const Action& action) {
  try {
    return action();
  } catch (const Error&) {
    throw;  // an interrupt
  } catch (const std::exception& error) {
    const std::string text = error.what();
    throw Error("package.malformed",
                fmt::format("{}: {}", kModelFile, text.substr(0, text.find('\n'))),
                "it was written by an incompatible LibTorch, or not by this program");
  }
}

class TorchScriptEngine : public InferenceEngine {
 public:
  // `layers` are those of the network in the source's archive.
  TorchScriptEngine(const ModelSource& source, std::vector<LayerShape> layers, c10::Device device)
      : schema_(source.schema), layers_(std::move(layers)), device_(device) {
    guarded([&] {
      std::istringstream stream(source.torchscript);
      module_ = torch::jit::load(stream, device);
    });
  }

  std::string name() const override { return "torchscript"; }
  std::string device() const override { return device_.str(); }
  Precision precision() const override { return Precision::kFloat32; }

  at::Tensor forward(const at::Tensor& images) const override {
    return guarded([&] { return module_.forward({images.to(device_)}).toTensor().cpu(); });
  }

  std::vector<float> logits(const std::uint8_t* images, std::size_t n) const override {
    const auto on_device = [this](const at::Tensor& x) { return module_.forward({x}).toTensor(); };
    return guarded([&] { return logits_of(on_device, images, n, schema_, device_); });
  }

  std::vector<NumericsResult> check_layers() const override {
    NumericsOptions options;
    options.device = device_;
    return digits::check_layers(layers_, options, libtorch_operations());
  }

 private:
  Schema schema_;
  std::vector<LayerShape> layers_;
  c10::Device device_;
  mutable torch::jit::Module module_;
};

}  // namespace

std::unique_ptr<InferenceEngine> make_torchscript(const ModelSource& source, c10::Device device) {
  std::vector<LayerShape> layers;
  try {
    layers = layer_shapes(NetworkOptions{source.schema, source.architecture});
  } catch (const Error& error) {
    throw Error("package.malformed", error.what(), error.hint());
  }
  return std::make_unique<TorchScriptEngine>(source, std::move(layers), device);
}

}  // namespace digits
