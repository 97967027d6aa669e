// Runs a package's TorchScript: on any device, for any model.
#pragma once

#include <c10/core/Device.h>

#include <memory>

#include "inference/engine_factory.h"

namespace digits {

// Throws package.malformed when this LibTorch cannot read the archive as TorchScript, or the
// network has impossible sizes. The engine throws it when the model does not accept images of the
// schema.
std::unique_ptr<InferenceEngine> make_torchscript(const ModelSource& source, c10::Device device);

}  // namespace digits
