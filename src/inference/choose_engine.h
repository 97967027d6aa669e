// Which program computes a package's logits.
#pragma once

#include <c10/core/Device.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/error.h"
#include "inference/engine_factory.h"
#include "inference/inference_engine.h"

namespace digits {

// Why an engine must not answer, or nothing.
using EngineCheck = std::function<std::optional<Error>(const InferenceEngine&)>;

// device.numerics for an engine with a layer that is not correct on this machine.
std::optional<Error> check_engine(const InferenceEngine& engine);

// "torchscript" runs on any device, the engines of engine_factories() on the CPU. "auto" takes the
// first of these that can run, else torchscript: the choice depends on the build and the device,
// never on a measurement, so that equal calls give equal logits. Throws engine.unknown,
// engine.unavailable, and package.malformed for a source that is not a model.
//
// An engine that fails `check` never answers. "auto" goes on, with a warning, by the next engine,
// then by torchscript, then by torchscript without oneDNN in LibTorch, which holds for the whole
// process. Throws the check's error when none passes, and for a factory's engine asked for by name.
std::unique_ptr<InferenceEngine> make_engine(const std::string& name, const ModelSource& source,
                                             c10::Device device,
                                             const EngineCheck& check = check_engine);

}  // namespace digits
