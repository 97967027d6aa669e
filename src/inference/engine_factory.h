// Describes engines beside TorchScript that compute a package's logits; folders of extras/ register
// them (base/registry.h).
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "data/dataset.h"
#include "inference/inference_engine.h"
#include "model/architecture.h"

namespace digits {

class Network;

// The same model in two forms: a program and its weights.
struct ModelSource {
  const std::string& torchscript;  // an archive
  const std::string& weights;      // safetensors
  const Schema& schema;
  const Architecture& architecture;  // of these weights
};

// The network of the source's weights, on the CPU. Throws package.malformed when they do not fit
// the architecture.
Network network_of(const ModelSource& source);

struct EngineFactory {
  std::vector<std::string> names;  // for --engine; "auto" tries the first one
  // An engine of one of the names, on the CPU. Throws engine.unavailable where the processor lacks
  // what it needs, and package.malformed for a source that is not a model.
  std::function<std::unique_ptr<InferenceEngine>(const std::string& name, const ModelSource&)> make;
};

// "auto", "torchscript" and the names of all registered factories.
std::vector<std::string> engine_names();

}  // namespace digits
