// Which program computes a package's logits.
#pragma once

#include <c10/core/Device.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "data/dataset.h"
#include "inference/inference_engine.h"
#include "model/architecture.h"

namespace digits {

class Network;

// The same model, once as a program and once as numbers.
struct ModelSource {
  const std::string& torchscript;  // an archive
  const std::string& weights;      // safetensors
  const Schema& schema;
  const Architecture& architecture;  // that the weights fit
};

// Compares an engine's layers with float64: InferenceEngine::check_layers, unless a test hands in a
// library that computes wrongly.
using EngineCheck = std::function<std::vector<NumericsResult>(const InferenceEngine&)>;
std::vector<NumericsResult> check_engine(const InferenceEngine& engine);

// The layers of `network` as the engine of oneDNN computes them; nothing when this build or this
// processor has no such engine.
std::vector<NumericsResult> check_onednn(const Network& network, Precision precision);

// "torchscript" runs on any device. "onednn" and "onednn-bfloat16" are for the CPU and need a build
// with oneDNN, the latter also a processor with bfloat16. "auto" takes onednn where it can, else
// torchscript: the choice depends on the build and the device, never on a measurement, so that
// equal calls give equal logits. Throws engine.unknown, engine.unavailable, and package.malformed
// for a source that is none.
//
// An engine whose layers are not correct here never answers. "auto" goes on, with a warning, by
// torchscript, and torchscript without oneDNN in LibTorch, which holds for the whole process.
// Throws device.numerics when that does not help, and for an engine of oneDNN asked for by name.
std::unique_ptr<InferenceEngine> make_engine(const std::string& name, const ModelSource& source,
                                             c10::Device device,
                                             const EngineCheck& check = check_engine);

}  // namespace digits
