#include "model/checkpoint.h"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include "base/error.h"
#include "base/files.h"
#include "base/json.h"
#include "base/sha256.h"

namespace digits {

namespace fs = std::filesystem;

namespace {

constexpr const char* kInfoKey = "digits.checkpoint/1";

std::string weights_hash(const NamedTensors& tensors) {
  return sha256(format_safetensors(tensors));
}

CheckpointInfo parse_info(const Json& json) {
  return {json_at<Schema>(json, "/data", kCheckpointFamily),
          json_at<Architecture>(json, "/network", kCheckpointFamily),
          json_at<int>(json, "/epoch", kCheckpointFamily),
          json_at<double>(json, "/validation_accuracy", kCheckpointFamily)};
}

// A network of the right shape; all values are still unset.
Network empty_network(const CheckpointInfo& info, const fs::path& path) {
  try {
    const std::vector<double> ones(static_cast<std::size_t>(info.schema.channels), 1.0);
    return Network(NetworkOptions{info.schema, info.architecture}, Normalisation{ones, ones});
  } catch (const std::exception& error) {  // impossible sizes
    throw Error("checkpoint.mismatch", fmt::format("{}: {}", path.string(), error.what()),
                "the checkpoint's description was edited or damaged");
  }
}

}  // namespace

NamedTensors network_tensors(const Network& network) {
  NamedTensors tensors;
  for (const auto& item : network->named_parameters()) tensors[item.key()] = item.value();
  for (const auto& item : network->named_buffers()) tensors[item.key()] = item.value();
  return tensors;
}

void copy_tensors(const NamedTensors& targets, const NamedTensors& sources,
                  const std::string& name) {
  const at::NoGradGuard no_grad;
  for (const auto& [key, target] : targets) {
    const auto source = sources.find(key);
    if (source == sources.end() || source->second.sizes() != target.sizes() ||
        source->second.scalar_type() != target.scalar_type() || sources.size() != targets.size()) {
      throw Error("checkpoint.mismatch",
                  fmt::format("{}: tensor {} missing or of another shape, expected {} tensors "
                              "that fit the network",
                              name, key, targets.size()),
                  "the checkpoint belongs to another network");
    }
    at::Tensor(target).copy_(source->second);
  }
}

void save_checkpoint(const fs::path& path, const Network& network, const CheckpointInfo& info) {
  const auto tensors = network_tensors(network);
  const Json json{{"epoch", info.epoch},
                  {"validation_accuracy", info.validation_accuracy},
                  {"data", info.schema},
                  {"network", info.architecture},
                  {"weights_sha256", weights_hash(tensors)}};
  write_file(path, format_sealed(tensors, {{kInfoKey, to_text(json, -1)}}));
}

Checkpoint load_checkpoint(const fs::path& path) {
  if (kind_of(path) != PathKind::kFile) {
    throw Error("checkpoint.missing", fmt::format("{}: no such file", path.string()),
                "train first: `digits train` or `digits run`");
  }
  Metadata metadata;
  const auto tensors = parse_sealed(read_file(path), path.string(), kCheckpointFamily, metadata);
  Checkpoint checkpoint;
  checkpoint.info = parse_info(parse_json(metadata[kInfoKey], path.string(), kCheckpointFamily));
  checkpoint.sha256 = weights_hash(tensors);
  checkpoint.network = empty_network(checkpoint.info, path);
  copy_tensors(network_tensors(checkpoint.network), tensors, path.string());
  checkpoint.network->eval();
  return checkpoint;
}

}  // namespace digits
