// Engines and checks for tests of the choice of an engine.
#pragma once

#include <ATen/core/Tensor.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "inference/choose_engine.h"
#include "inference/torchscript_engine.h"

namespace digits {

// TorchScript under another name, which adds `offset` to each logit.
class RenamedEngine : public InferenceEngine {
 public:
  RenamedEngine(std::string name, const ModelSource& source, float offset)
      : name_(std::move(name)), offset_(offset), engine_(make_torchscript(source, c10::kCPU)) {}

  std::string name() const override { return name_; }
  std::string source() const override { return "extras/fast/fast.cpp"; }
  Precision precision() const override { return Precision::kFloat32; }
  at::Tensor forward(const at::Tensor& images) const override {
    return engine_->forward(images).add(offset_);
  }
  std::vector<float> logits(const std::uint8_t* images, std::size_t n) const override {
    auto all = engine_->logits(images, n);
    for (auto& logit : all) logit += offset_;
    return all;
  }
  std::vector<NumericsResult> check_layers() const override { return engine_->check_layers(); }

 private:
  std::string name_;
  float offset_;
  std::unique_ptr<InferenceEngine> engine_;
};

inline EngineFactory fake_factory(const std::string& first, const std::string& second,
                                  float offset = 0.0F) {
  return {{first, second}, [offset](const std::string& name, const ModelSource& source) {
            return std::make_unique<RenamedEngine>(name, source, offset);
          }};
}

inline EngineFactory unavailable_factory(const std::string& name) {
  return {{name}, [](const std::string&, const ModelSource&) -> std::unique_ptr<InferenceEngine> {
            throw Error("engine.unavailable", "no such processor", "--engine auto");
          }};
}

// A check that finds the engines wrong that `is_wrong` chooses.
template <typename IsWrong>
EngineCheck wrong_where(const IsWrong& is_wrong) {
  return [=](const InferenceEngine& engine) -> std::optional<Error> {
    if (!is_wrong(engine)) return std::nullopt;
    return numerics_error("engine " + engine.name() + ": conv0 is wrong", "use another engine");
  };
}

inline bool nowhere(const InferenceEngine& /*engine*/) { return false; }
inline bool everywhere(const InferenceEngine& /*engine*/) { return true; }
inline bool by_factory(const InferenceEngine& engine) { return !engine.source().empty(); }
inline bool with_onednn(const InferenceEngine& /*engine*/) { return onednn_enabled(); }

}  // namespace digits
