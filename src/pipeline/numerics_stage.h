// numerics: whether this machine computes a network's layers correctly, asked before it is trained
// and before it answers (model/numerics.h).
#pragma once

#include "base/json.h"
#include "model/numerics.h"
#include "pipeline/config.h"

namespace digits {

class Network;
struct NetworkOptions;

// Before training: the configuration with the precision that is correct here in place of "auto",
// and what was found. Logs the warnings. Throws as choose_numerics and choose_precision.
struct CheckedTraining {
  Config config;
  Numerics numerics;
};
CheckedTraining check_training(const Config& config, const Network& network,
                               const LayerOperations& operations = libtorch_operations());

// Before a network is asked, in float32: throws and warns as above, once for each network and
// process.
void check_answers(const NetworkOptions& network, c10::Device device);

// numerics.json.
void to_json(Json& json, const Numerics& numerics);

}  // namespace digits
