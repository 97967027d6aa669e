// Which program computes a package's logits.
#pragma once

#include <c10/core/Device.h>

#include <memory>
#include <string>

#include "data/dataset.h"
#include "model/architecture.h"
#include "model/inference_engine.h"

namespace digits {

// The same model, once as a program and once as numbers.
struct ModelSource {
  const std::string& torchscript;  // an archive
  const std::string& weights;      // safetensors
  const Schema& schema;
  const Architecture& architecture;  // that the weights fit
};

// "torchscript" runs on any device. "onednn" and "onednn-bfloat16" are for the CPU and need a build
// with oneDNN, the latter also a processor with bfloat16. "auto" takes onednn where it can, else
// torchscript: the choice depends on the build and the device, never on a measurement, so that
// equal calls give equal logits. Throws engine.unknown, engine.unavailable, and package.malformed
// for a source that is none.
std::unique_ptr<InferenceEngine> make_engine(const std::string& name, const ModelSource& source,
                                             c10::Device device);

}  // namespace digits
