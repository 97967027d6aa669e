// Checks whether this machine computes a network's layers correctly, before training and before
// answers (model/numerics.h).
#pragma once

#include "base/json.h"
#include "model/numerics.h"
#include "pipeline/config.h"

namespace digits {

class Network;
struct NetworkOptions;

// The configuration before training, with "auto" replaced by the precision that is correct here,
// and the results of the check. Logs the warnings. Throws as choose_numerics and choose_precision.
struct CheckedTraining {
  Config config;
  Numerics numerics;
};
CheckedTraining check_training(const Config& config, const Network& network,
                               const LayerOperations& operations = libtorch_operations());

// The check before answers, in float32: throws and warns as above, once for each network and
// process.
void check_answers(const NetworkOptions& network, c10::Device device);

// numerics.json.
void to_json(Json& json, const Numerics& numerics);

}  // namespace digits
