#include "inference/numerics_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "base/error.h"
#include "base/registry.h"
#include "inference/engine_factory.h"
#include "model/checkpoint.h"
#include "model/network.h"
#include "model/torchscript.h"

namespace digits {

namespace {

// Small and large maps; output channels that are multiples of the vector length, and others.
std::vector<LayerShape> shapes_with(std::int64_t channels) {
  return {{"", channels, 10, 3, 11}, {"", channels, 20, 5, 4}, {"", channels, 32, 14, 14}};
}

// NaN when a result could not be computed.
double largest(const std::vector<NumericsResult>& results, double NumericsResult::*direction) {
  double difference = 0.0;
  for (const auto& result : results) {
    if (!result.error.empty()) return NAN;
    difference = std::max(difference, result.*direction);
  }
  return difference;
}

// Adds a row of the differences forward, and one of those backward.
void add_convolutions(std::vector<NumericsRow>& rows, const std::string& name,
                      const std::vector<std::int64_t>& channels, NumericsOptions options,
                      const LayerOperations& operations) {
  options.backward = true;
  const bool used = options.layout == Layout::kChannelsLast;
  const double tolerance = numerics_tolerance(options.precision);
  NumericsRow forward{name + ", forward", used, tolerance, {}};
  NumericsRow backward{name + ", backward", used, tolerance, {}};
  for (const auto inputs : channels) {
    const auto results = check_layers(shapes_with(inputs), options, operations);
    forward.differences.push_back(largest(results, &NumericsResult::forward));
    backward.differences.push_back(largest(results, &NumericsResult::backward));
  }
  rows.push_back(std::move(forward));
  rows.push_back(std::move(backward));
}

// An engine of a network of one layer, for images of `channels`.
std::unique_ptr<InferenceEngine> make_small_engine(const EngineFactory& factory,
                                                   const std::string& name, std::int64_t channels) {
  const Schema schema{9, 7, static_cast<int>(channels), numbered_class_names(10)};
  const Architecture architecture{0, 1, {{20}}};
  const std::vector<double> ones(static_cast<std::size_t>(channels), 1.0);
  Network network(NetworkOptions{schema, architecture}, Normalisation{ones, ones});
  initialise(network, 1);
  const auto torchscript = export_torchscript(network);
  const auto weights = format_safetensors(network_tensors(network));
  return factory.make(name, {torchscript, weights, schema, architecture});
}

// Adds a row, unless this processor cannot run the engine.
void add_engine(std::vector<NumericsRow>& rows, const EngineFactory& factory,
                const std::string& name, const std::vector<std::int64_t>& channels) {
  NumericsRow row{fmt::format("engine {}, forward", name), true, 0.0, {}};
  try {
    for (const auto inputs : channels) {
      const auto engine = make_small_engine(factory, name, inputs);
      row.tolerance = numerics_tolerance(engine->precision());
      row.differences.push_back(largest(engine->check_layers(), &NumericsResult::forward));
    }
    rows.push_back(std::move(row));
  } catch (const Error& error) {
    if (error.code() != "engine.unavailable") throw;
  }
}

}  // namespace

const std::vector<std::int64_t>& table_channels() {
  static const std::vector<std::int64_t> all{1, 3, 9, 16, 17, 20, 24, 27, 64};
  return all;
}

std::vector<NumericsRow> numerics_table(const std::vector<std::int64_t>& channels,
                                        const std::vector<Precision>& precisions,
                                        const LayerOperations& operations) {
  std::vector<NumericsRow> rows;
  NumericsOptions options;
  for (const auto precision : precisions) {
    options.precision = precision;
    options.layout = Layout::kChannelsLast;
    add_convolutions(rows, to_string(precision) + " channels last", channels, options, operations);
    options.layout = Layout::kContiguous;
    add_convolutions(rows, to_string(precision) + " contiguous", channels, options, operations);
  }
  for (const auto& factory : registered<EngineFactory>()) {
    for (const auto& name : factory.names) add_engine(rows, factory, name, channels);
  }
  const bool onednn = onednn_enabled();
  enable_onednn(false);
  add_convolutions(rows, "float32 without oneDNN", channels, {}, operations);
  enable_onednn(onednn);
  return rows;
}

bool is_correct(const NumericsRow& row) {
  return std::all_of(row.differences.begin(), row.differences.end(),
                     [&](double difference) { return !(difference > row.tolerance); });
}

void to_json(Json& json, const NumericsRow& row) {
  json = Json{{"name", row.name},
              {"used", row.used},
              {"correct", is_correct(row)},
              {"tolerance", row.tolerance},
              {"differences", Json::array()}};
  for (const auto difference : row.differences) {
    constexpr auto kMost = std::numeric_limits<double>::max();  // JSON has no infinity
    json["differences"].push_back(std::isnan(difference) ? Json()
                                                         : Json(std::min(difference, kMost)));
  }
}

}  // namespace digits
