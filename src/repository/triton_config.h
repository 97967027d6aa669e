// Writes config.pbtxt, by which the Triton Inference Server serves a model.
#pragma once

#include <string>

#include "data/dataset.h"

namespace digits {

// For a TorchScript model: [N, channels, rows, cols] float32 named `images`, as forward's argument,
// to [N, classes] named `logits__0` (Triton numbers outputs, TorchScript does not name them), N up
// to 256. Of all versions, `version` is served.
std::string triton_config(const std::string& name, const Schema& schema, int version);

// `config` with its version_policy replaced, in any spelling and over any number of lines. A person
// may have written the rest, and may have removed the policy: then `config` is returned unchanged.
// Throws repository.malformed when there are several, or one without complete braces.
std::string with_served_version(const std::string& config, int version);

}  // namespace digits
