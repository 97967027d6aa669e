#include "model/checkpoint.h"

#include <fmt/format.h>
#include <torch/torch.h>

#include "base/error.h"
#include "base/files.h"
#include "base/json.h"
#include "base/sha256.h"

namespace digits {

namespace fs = std::filesystem;

namespace {

constexpr const char* kSchema = "digits.checkpoint/1";
constexpr const char* kWeights = "model.safetensors";
constexpr const char* kInfo = "checkpoint.json";
constexpr const char* kFamily = "checkpoint";

// Copies `tensors` into the network's parameters and buffers: the same names, the same shapes.
void fill(Network& network, const NamedTensors& tensors, const std::string& name) {
  const torch::NoGradGuard no_grad;
  const auto targets = network_tensors(network);
  for (const auto& [key, target] : targets) {
    const auto source = tensors.find(key);
    if (source == tensors.end() || source->second.sizes() != target.sizes() ||
        source->second.scalar_type() != target.scalar_type() || tensors.size() != targets.size()) {
      throw Error("checkpoint.mismatch",
                  fmt::format("{}: tensor {} missing or of another shape, expected {} tensors "
                              "that fit the network",
                              name, key, targets.size()),
                  "the checkpoint belongs to another network");
    }
    at::Tensor(target).copy_(source->second);
  }
}

// A network of the right shape, whose values are all still to be filled in.
Network empty_network(const CheckpointInfo& info) {
  const std::vector<double> ones(static_cast<std::size_t>(info.schema.channels), 1.0);
  return Network(network_options(info.schema, info.widths), Normalisation{ones, ones});
}

}  // namespace

NamedTensors network_tensors(const Network& network) {
  NamedTensors tensors;
  for (const auto& item : network->named_parameters()) tensors[item.key()] = item.value();
  for (const auto& item : network->named_buffers()) tensors[item.key()] = item.value();
  return tensors;
}

void save_checkpoint(const fs::path& folder, const Network& network, const CheckpointInfo& info) {
  const auto weights = format_safetensors(network_tensors(network));
  make_directories(folder);
  write_file(folder / kWeights, weights);
  write_json(folder / kInfo, Json{{"schema", kSchema},
                                  {"epoch", info.epoch},
                                  {"validation_accuracy", info.validation_accuracy},
                                  {"data", info.schema},
                                  {"network", {{"widths", info.widths}}},
                                  {"weights_sha256", sha256(weights)}});
}

Checkpoint load_checkpoint(const fs::path& folder) {
  if (!fs::exists(folder / kInfo)) {
    throw Error("checkpoint.missing", fmt::format("{}: no {} in it", folder.string(), kInfo),
                "train first: `digits train` or `digits run`");
  }
  const auto json = read_json(folder / kInfo, kSchema, kFamily);
  CheckpointInfo info;
  info.schema = json_at<Schema>(json, "data", kFamily);
  info.widths =
      json_at<std::vector<int64_t>>(json_at<Json>(json, "network", kFamily), "widths", kFamily);
  info.epoch = json_at<int>(json, "epoch", kFamily);
  info.validation_accuracy = json_at<double>(json, "validation_accuracy", kFamily);

  const auto weights = read_file(folder / kWeights);
  const auto expected = json_at<std::string>(json, "weights_sha256", kFamily);
  if (sha256(weights) != expected) {
    throw Error("checkpoint.hash",
                fmt::format("{}: SHA-256 {}, expected {}", (folder / kWeights).string(),
                            sha256(weights), expected),
                "the weights were changed or only half of the checkpoint was copied");
  }
  auto network = empty_network(info);
  fill(network, parse_safetensors(weights, (folder / kWeights).string(), kFamily), folder.string());
  network->eval();
  return {info, network};
}

}  // namespace digits
