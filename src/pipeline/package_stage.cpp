// Runs the stage package: writes the package of an evaluated run.
#include <fmt/format.h>

#include "base/error.h"
#include "base/log.h"
#include "base/registry.h"
#include "behaviour/functionality.h"
#include "inference/package.h"
#include "inference/package_file.h"
#include "inference/version.h"
#include "model/checkpoint.h"
#include "model/device.h"
#include "model/network.h"
#include "model/torchscript.h"
#include "pipeline/numerics_stage.h"
#include "pipeline/stages.h"
#include "repository/package_files.h"

namespace digits {

namespace {

Json undecided_gates(const std::vector<Gate>& gates) {
  auto undecided = Json::array();
  for (const auto& gate : gates) {
    if (gate.verdict == GateVerdict::kUndecided) undecided.push_back(gate);
  }
  return undecided;
}

// These keys of a document of the run, for the manifest.
Json parts_of(const Json& document, const std::vector<std::string>& keys) {
  Json parts;
  for (const auto& key : keys) parts[key] = json_at<Json>(document, "/" + key, "input");
  return parts;
}

Json metrics_of(const Json& evaluation) {
  auto metrics = parts_of(evaluation, {"accuracy", "loss"});
  metrics["per_class"] = Json::array();
  for (const auto& of_class : json_at<Json>(evaluation, "/per_class", "input")) {
    metrics["per_class"].push_back(parts_of(of_class, {"class", "precision", "recall"}));
  }
  return metrics;
}

// The files of extras/; one that cannot be made is left out with a warning.
std::map<std::string, std::string> extra_files(const std::string& torchscript,
                                               const Schema& schema) {
  std::map<std::string, std::string> files;
  for (const auto& file : registered<PackageFile>()) {
    try {
      files[file.name] = file.make(torchscript, schema);
    } catch (const Error& error) {
      log_warning(fmt::format("{}: {}: packaging without {} ({})", error.code(), error.what(),
                              file.name, error.hint()));
    }
  }
  return files;
}

}  // namespace

Dataset noise_if_private(const Config& config, const Schema& schema) {
  if (!config.data.is_private) return {};
  const auto classes = static_cast<std::size_t>(schema.classes());
  auto noise = noise_images(schema, 16 * classes, static_cast<std::uint64_t>(config.seed));
  std::size_t next = 0;  // the labels are for a sheet
  for (auto& label : noise.labels) label = static_cast<std::uint8_t>(next++ % classes);
  return noise;
}

void package_stage(const RunDirectory& run, const Checkpoint& checkpoint, const Config& config,
                   const Dataset& examples, const std::filesystem::path& folder,
                   const std::string& name) {
  PackageInfo info;
  info.name = name;
  info.schema = checkpoint.info.schema;
  const auto evaluation = run.read_evaluation();
  info.metrics = metrics_of(evaluation);
  info.metrics["undecided_gates"] = undecided_gates(judge(evaluation, run.read_gates()));
  const auto trained_with = run.read_config();  // not the options of this command
  info.lineage =
      Json{{"data", trained_with.data.source},        {"seed", trained_with.seed},
           {"config", to_toml(trained_with)},         {"train_data", run.fingerprint_of("train")},
           {"test_data", run.fingerprint_of("test")}, {"epoch", checkpoint.info.epoch},
           {"weights_sha256", checkpoint.sha256},     {"versions", versions()}};
  if (!trained_with.data.date.empty()) info.lineage["data_date"] = trained_with.data.date;
  info.lineage["numerics"] =
      parts_of(run.read_numerics(), {"platform", "precision", "onednn", "warnings"});
  info.profile = run.read_profile(info.schema);
  auto network = checkpoint.network;
  check_answers(network->options(), c10::kCPU);  // this network computes the golden logits
  info.extras = extra_files(export_torchscript(network), info.schema);
  const auto noise = noise_if_private(trained_with, info.schema);
  write_package(folder, network, info, noise.size() > 0 ? noise : examples,
                choose_device(config.device));
}

}  // namespace digits
