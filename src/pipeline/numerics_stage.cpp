#include "pipeline/numerics_stage.h"

#include <fmt/format.h>

#include <mutex>
#include <set>
#include <string>

#include "base/log.h"
#include "model/network.h"

namespace digits {

namespace {

void log_warnings(const Numerics& numerics) {
  for (const auto& warning : numerics.warnings) log_warning("device.numerics: " + warning);
}

}  // namespace

CheckedTraining check_training(const Config& config, const Network& network,
                               const LayerOperations& operations) {
  const auto device = choose_device(config.device);
  const auto& name = config.train.precision;
  CheckedTraining checked{
      config, choose_numerics(layer_shapes(network->options()), choose_precision(name, device),
                              name != "auto", device, operations)};
  checked.config.train.precision = to_string(checked.numerics.precision);
  log_warnings(checked.numerics);
  return checked;
}

void check_answers(const NetworkOptions& network, c10::Device device) {
  static std::mutex mutex;
  static std::set<std::string> checked;
  const auto layers = layer_shapes(network);
  std::string key = device.str();
  for (const auto& layer : layers) key += " " + describe(layer);
  const std::lock_guard<std::mutex> lock(mutex);
  if (checked.count(key) > 0) return;
  log_warnings(choose_numerics(layers, Precision::kFloat32, true, device, libtorch_operations()));
  checked.insert(key);
}

void to_json(Json& json, const Numerics& numerics) {
  json = Json{{"platform", numerics_platform()},
              {"precision", to_string(numerics.precision)},
              {"onednn", numerics.onednn},
              {"warnings", numerics.warnings},
              {"layers", Json::array()}};
  for (const auto& result : numerics.layers) {
    json["layers"].push_back(Json{{"layer", result.layer},
                                  {"precision", to_string(result.precision)},
                                  {"forward", result.forward},
                                  {"backward", result.backward},
                                  {"tolerance", numerics_tolerance(result.precision)}});
  }
}

}  // namespace digits
