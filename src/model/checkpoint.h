// Weights on disk, with what is needed to build the network that they fit.
#pragma once

#include <filesystem>

#include "data/dataset.h"
#include "model/network.h"
#include "model/safetensors.h"

namespace digits {

// What a checkpoint says besides the weights.
struct CheckpointInfo {
  Schema schema;
  std::vector<int64_t> widths;
  int epoch = 0;                     // after which epoch it was taken, from 1
  double validation_accuracy = 0.0;  // then
};

// Parameters and buffers by their names.
NamedTensors network_tensors(const Network& network);

// Writes `folder`/model.safetensors, then `folder`/checkpoint.json with its hash, each atomically.
// The pair is consistent whenever the JSON's hash fits.
void save_checkpoint(const std::filesystem::path& folder, const Network& network,
                     const CheckpointInfo& info);

// Rebuilds the network, on the CPU and in evaluation mode. Throws checkpoint.missing,
// checkpoint.hash when the weights are not those of the JSON, checkpoint.malformed,
// checkpoint.schema, checkpoint.mismatch when names or shapes do not fit the network.
struct Checkpoint {
  CheckpointInfo info;
  Network network{nullptr};
};
Checkpoint load_checkpoint(const std::filesystem::path& folder);

}  // namespace digits
