#include "inference/torchscript_engine.h"

#include <ATen/ATen.h>
#include <fmt/format.h>
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/serialization/import.h>

#include <sstream>

#include "base/error.h"
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

}  // namespace

struct TorchScriptEngine::Module {
  mutable torch::jit::Module module;
};

TorchScriptEngine::TorchScriptEngine(const std::string& archive, Schema schema,
                                     std::vector<LayerShape> layers, c10::Device device)
    : schema_(std::move(schema)), layers_(std::move(layers)), device_(device) {
  guarded([&] {
    std::istringstream stream(archive);
    module_ = std::make_unique<Module>(Module{torch::jit::load(stream, device)});
  });
}

TorchScriptEngine::~TorchScriptEngine() = default;

at::Tensor TorchScriptEngine::forward(const at::Tensor& images) const {
  return guarded([&] { return module_->module.forward({images.to(device_)}).toTensor().cpu(); });
}

std::vector<float> TorchScriptEngine::logits(const std::uint8_t* images, std::size_t n) const {
  const auto on_device = [this](const at::Tensor& x) {
    return module_->module.forward({x}).toTensor();
  };
  return guarded([&] { return logits_of(on_device, images, n, schema_, device_); });
}

std::vector<NumericsResult> TorchScriptEngine::check_layers() const {
  NumericsOptions options;
  options.device = device_;
  return digits::check_layers(layers_, options, libtorch_operations());
}

}  // namespace digits
