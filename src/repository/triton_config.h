// config.pbtxt, which tells the Triton Inference Server how to serve a model.
#pragma once

#include <string>

#include "data/dataset.h"

namespace digits {

// For a TorchScript model: [N, channels, rows, cols] float32 named `images`, as forward's argument,
// to [N, classes] named `logits__0` (Triton counts outputs, TorchScript does not name them), N up
// to 256. Of all versions, `version` is served.
std::string triton_config(const std::string& name, const Schema& schema, int version);

// `config` with its version_policy renewed, however it is spelled and over however many lines. A
// person may have written the rest, and may have taken the policy out: then Triton's is theirs.
// Throws repository.malformed when there are several, or one that is not in whole braces.
std::string with_served_version(const std::string& config, int version);

}  // namespace digits
