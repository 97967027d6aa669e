#include "onednn/onednn_factory.h"

#include <fmt/format.h>

#include "base/error.h"
#include "onednn/onednn_engine.h"

namespace digits {

namespace {

std::unique_ptr<InferenceEngine> make_onednn(const std::string& name, const ModelSource& source) {
  const auto precision = name == "onednn-bfloat16" ? Precision::kBfloat16 : Precision::kFloat32;
  const auto network = network_of(source);
  try {
    return std::make_unique<OnednnEngine>(network, precision);
  } catch (const dnnl::error& error) {
    throw Error("engine.unavailable",
                fmt::format("engine {}: oneDNN on this processor: {}", name, error.what()),
                "--engine auto chooses an available one");
  }
}

}  // namespace

EngineFactory onednn_factory() { return {{"onednn", "onednn-bfloat16"}, make_onednn}; }

}  // namespace digits
