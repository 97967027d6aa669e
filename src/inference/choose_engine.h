// Chooses the engine that computes a package's logits.
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

// Returns the reason why an engine must not answer, or nothing.
using EngineCheck = std::function<std::optional<Error>(const InferenceEngine&)>;

// device.numerics for an engine that computes a layer incorrectly on this machine.
std::optional<Error> check_engine(const InferenceEngine& engine);

// "torchscript" runs on any device, the engines of registered factories on the CPU. "auto" takes
// the first of the latter that can run, else torchscript: the choice depends on the build and the
// device, never on a measurement, so that equal calls give equal logits. Throws engine.unknown,
// engine.unavailable, and package.malformed for a source that is not a model.
//
// An engine that fails `check` never answers. "auto" continues, with a warning, with the next
// engine, then with torchscript, then with torchscript without oneDNN in LibTorch, which applies to
// the whole process. Throws the check's error when no engine passes, and for a factory's engine
// requested by name.
std::unique_ptr<InferenceEngine> make_engine(const std::string& name, const ModelSource& source,
                                             c10::Device device,
                                             const EngineCheck& check = check_engine);

}  // namespace digits
