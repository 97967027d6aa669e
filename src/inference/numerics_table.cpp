#include "inference/numerics_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

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

struct Columns {
  std::vector<double> forward;
  std::vector<double> backward;
};

// NaN when a result could not be computed.
double largest(const std::vector<NumericsResult>& results, double NumericsResult::*direction) {
  double difference = 0.0;
  for (const auto& result : results) {
    if (!result.error.empty()) return NAN;
    difference = std::max(difference, result.*direction);
  }
  return difference;
}

Columns columns_of(const std::vector<std::int64_t>& channels, const NumericsOptions& options,
                   const LayerOperations& operations) {
  Columns columns;
  for (const auto inputs : channels) {
    const auto results = check_layers(shapes_with(inputs), options, operations);
    columns.forward.push_back(largest(results, &NumericsResult::forward));
    columns.backward.push_back(largest(results, &NumericsResult::backward));
  }
  return columns;
}

// An engine of a network of one layer, for images of `channels`.
std::unique_ptr<InferenceEngine> make_small_engine(const EngineFactory& factory,
                                                   const std::string& name, std::int64_t channels) {
  const Schema schema{9, 7, static_cast<int>(channels), numbered_class_names(10)};
  const Architecture architecture{0, 1, {{20}}};
  const std::vector<double> ones(static_cast<std::size_t>(channels), 1.0);
  Network network(network_options(schema, architecture), Normalisation{ones, ones});
  initialise(network, 1);
  const auto torchscript = export_torchscript(network);
  const auto weights = format_safetensors(network_tensors(network));
  return factory.make(name, {torchscript, weights, schema, architecture});
}

struct EngineColumns {
  Precision precision = Precision::kFloat32;
  std::vector<double> differences;  // by channels; none where the engine cannot run
};

EngineColumns engine_columns(const EngineFactory& factory, const std::string& name,
                             const std::vector<std::int64_t>& channels) {
  EngineColumns columns;
  try {
    for (const auto inputs : channels) {
      const auto engine = make_small_engine(factory, name, inputs);
      columns.precision = engine->precision();
      columns.differences.push_back(largest(engine->check_layers(), &NumericsResult::forward));
    }
  } catch (const Error& error) {
    if (error.code() != "engine.unavailable") throw;
    columns.differences.clear();
  }
  return columns;
}

// Disables oneDNN in LibTorch while it lives.
class WithoutOneDnn {
 public:
  WithoutOneDnn() : before_(onednn_enabled()) { enable_onednn(false); }
  ~WithoutOneDnn() { enable_onednn(before_); }
  WithoutOneDnn(const WithoutOneDnn&) = delete;
  WithoutOneDnn& operator=(const WithoutOneDnn&) = delete;

 private:
  bool before_;
};

class Table {
 public:
  Table(const std::vector<std::int64_t>& channels, const LayerOperations& operations)
      : channels_(channels), operations_(operations) {}

  void add(Precision precision, Layout layout, const std::string& name) {
    NumericsOptions options;
    options.precision = precision;
    options.layout = layout;
    options.backward = true;
    const auto columns = columns_of(channels_, options, operations_);
    const bool used = layout == Layout::kChannelsLast;
    add(name + ", forward", used, precision, columns.forward);
    add(name + ", backward", used, precision, columns.backward);
  }

  void add(const std::string& name, bool used, Precision precision,
           const std::vector<double>& differences) {
    rows_.push_back({name, used, numerics_tolerance(precision), differences});
  }

  std::vector<NumericsRow> take() { return std::move(rows_); }

 private:
  const std::vector<std::int64_t>& channels_;
  const LayerOperations& operations_;
  std::vector<NumericsRow> rows_;
};

}  // namespace

const std::vector<std::int64_t>& table_channels() {
  static const std::vector<std::int64_t> all{1, 3, 9, 16, 17, 20, 24, 27, 64};
  return all;
}

std::vector<NumericsRow> numerics_table(const std::vector<std::int64_t>& channels,
                                        const std::vector<Precision>& precisions,
                                        const LayerOperations& operations) {
  Table table(channels, operations);
  for (const auto precision : precisions) {
    table.add(precision, Layout::kChannelsLast, to_string(precision) + " channels last");
    table.add(precision, Layout::kContiguous, to_string(precision) + " contiguous");
  }
  for (const auto& factory : registered<EngineFactory>()) {
    for (const auto& name : factory.names) {
      const auto columns = engine_columns(factory, name, channels);
      if (columns.differences.empty()) continue;
      table.add(fmt::format("engine {}, forward", name), true, columns.precision,
                columns.differences);
    }
  }
  const WithoutOneDnn without;
  table.add(Precision::kFloat32, Layout::kChannelsLast, "float32 without oneDNN");
  return table.take();
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
