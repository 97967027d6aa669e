// Weights on disk, with what is needed to build the network that they fit.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "data/dataset.h"
#include "model/network.h"
#include "model/safetensors.h"

namespace digits {

// The description beside a checkpoint's weights.
struct CheckpointInfo {
  Schema schema;
  Architecture architecture;
  int epoch = 0;                     // after which epoch it was taken, from 1
  double validation_accuracy = 0.0;  // then
};

// Parameters and buffers by their names.
NamedTensors network_tensors(const Network& network);

// Copies `sources` into `targets`, which have the same names, shapes and types, or
// checkpoint.mismatch is thrown; `name` is for messages.
void copy_tensors(const NamedTensors& targets, const NamedTensors& sources,
                  const std::string& name);

// Writes one sealed safetensors file, atomically; its metadata hold the info and the weights' hash.
// The folder must exist. Throws as write_file.
void save_checkpoint(const std::filesystem::path& path, const Network& network,
                     const CheckpointInfo& info);

struct Checkpoint {
  CheckpointInfo info;
  Network network{nullptr};  // on the CPU, in evaluation mode
  std::string sha256;        // of the weights
};

// Throws checkpoint.missing, checkpoint.hash when a byte is not the one that was written,
// checkpoint.malformed, and checkpoint.mismatch when names or shapes do not fit the network.
Checkpoint load_checkpoint(const std::filesystem::path& path);

}  // namespace digits
