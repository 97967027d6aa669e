// Saves weights to disk, with the description from which their network is built.
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
  int epoch = 0;                     // the number of its epoch, from 1
  double validation_accuracy = 0.0;  // at that epoch
};

// Parameters and buffers, by name.
NamedTensors network_tensors(const Network& network);

// Copies `sources` into `targets`. Throws checkpoint.mismatch unless names, shapes and types are
// the same; `name` is for messages.
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

// Throws checkpoint.missing, checkpoint.hash when a byte differs from the written one,
// checkpoint.malformed, and checkpoint.mismatch when names or shapes do not fit the network.
Checkpoint load_checkpoint(const std::filesystem::path& path);

}  // namespace digits
