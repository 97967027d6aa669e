// Runs a package's TorchScript: on any device, for any model.
#pragma once

#include <c10/core/Device.h>

#include <memory>

#include "data/dataset.h"
#include "inference/inference_engine.h"

namespace digits {

class TorchScriptEngine : public InferenceEngine {
 public:
  // `layers` are those of the network in `archive`. Throws package.malformed when this LibTorch
  // cannot read `archive` as TorchScript.
  TorchScriptEngine(const std::string& archive, Schema schema, std::vector<LayerShape> layers,
                    c10::Device device);
  ~TorchScriptEngine() override;

  std::string name() const override { return "torchscript"; }
  std::string device() const override { return device_.str(); }
  Precision precision() const override { return Precision::kFloat32; }
  // Throw package.malformed when the model does not accept such images.
  at::Tensor forward(const at::Tensor& images) const override;
  std::vector<float> logits(const std::uint8_t* images, std::size_t n) const override;
  std::vector<NumericsResult> check_layers() const override;

 private:
  struct Module;  // keeps TorchScript out of this header
  Schema schema_;
  std::vector<LayerShape> layers_;
  c10::Device device_;
  std::unique_ptr<Module> module_;
};

}  // namespace digits
