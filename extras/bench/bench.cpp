#include "bench/bench.h"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/interrupt.h"
#include "base/progress.h"
#include "base/threads.h"
#include "bench/calibration.h"
#include "inference/version.h"
#include "model/checkpoint.h"
#include "model/device.h"
#include "model/network.h"
#include "model/trainer.h"
#include "pipeline/numerics_stage.h"
#include "pipeline/stages.h"

namespace digits {

namespace {

// Keeps the weights of the best epoch so far, in memory.
class BestWeights {
 public:
  explicit BestWeights(const Network& network) : network_(network) {}

  void on_epoch(const EpochRecord& record) {
    history_.push_back(record);
    if (best_epoch(history_).epoch != record.epoch) return;
    for (const auto& [name, tensor] : network_tensors(network_)) {
      weights_[name] = tensor.detach().clone();
    }
  }

  // Restores the network to these weights.
  void restore() const { copy_tensors(network_tensors(network_), weights_, "weights"); }

 private:
  const Network& network_;
  std::vector<EpochRecord> history_;
  NamedTensors weights_;
};

struct Trained {
  std::vector<EpochRecord> history;
  Network network{nullptr};  // of the best epoch
};

// Trains without access to the test set.
Trained train_seed(const Dataset& train_set, std::size_t validation, const Config& asked,
                   Progress& progress) {
  const auto parts = split_stage(train_set, asked, validation);
  const auto config = fit_stage(asked, parts.training);
  auto network = make_network(parts.training, config);
  BestWeights best(network);
  TrainObserver observer;
  observer.on_step = [&](const StepRecord& record) {
    progress.update(record.step, record.steps, fmt::format("loss {:.3f}", record.loss));
  };
  observer.on_epoch = [&](const EpochRecord& record) { best.on_epoch(record); };
  auto history = train(network, parts.training, parts.validation, train_options(config), observer);
  best.restore();
  return {std::move(history), network};
}

const Quantity& accuracy_of(const SeedResult& result) {
  return result.test_accuracy ? *result.test_accuracy : result.validation_accuracy;
}

const char* measured_on(const SeedResult& result) {
  return result.test_accuracy ? "test" : "validation";
}

template <typename Value>
Spread spread_of(const std::vector<SeedResult>& seeds, const Value& value) {
  std::vector<double> values;
  values.reserve(seeds.size());
  for (const auto& result : seeds) values.push_back(value(result));
  return spread(values);
}

}  // namespace

SeedResult bench_seed(const Dataset& train_set, const Dataset* test_set, const Config& config,
                      std::size_t validation) {
  Progress progress(fmt::format("seed {}", config.seed));
  const auto trained = train_seed(train_set, validation, config, progress);
  const auto& best = best_epoch(trained.history);
  SeedResult result{
      config.seed, summarise(trained.history), best.epoch, best.validation_accuracy, {}, 0.0};
  if (test_set != nullptr) {
    Checkpoint checkpoint;
    checkpoint.info = {train_set.schema, trained.network->options().architecture, best.epoch,
                       best.validation_accuracy.value};
    checkpoint.network = trained.network;
    result.test_accuracy =
        accuracy(test_set->labels, argmax_rows(predict_stage(checkpoint, *test_set, config),
                                               test_set->schema.class_names.size()));
  }
  progress.line(fmt::format("seed {}: {:.2f} s, {} accuracy {:.2f} %", config.seed,
                            result.training.train_seconds, measured_on(result),
                            100.0 * accuracy_of(result).value));
  return result;
}

Config checked_for_training(const Dataset& train_set, const Config& config,
                            std::size_t validation) {
  const auto parts = split_stage(train_set, config, validation);
  const auto fitted = fit_stage(config, parts.training);
  auto checked = config;
  checked.train.precision =
      check_training(fitted, make_network(parts.training, fitted)).config.train.precision;
  return checked;
}

TrainBench summarise(std::vector<SeedResult> seeds) {
  TrainBench bench;
  std::vector<double> accuracies;
  double seconds = 0.0;
  double waited = 0.0;
  for (const auto& result : seeds) {
    accuracies.push_back(accuracy_of(result).value);
    bench.measured_on = measured_on(result);
    seconds += result.training.train_seconds;
    waited += result.training.wait_seconds;
    bench.peak_memory_bytes = std::max(bench.peak_memory_bytes, result.training.peak_memory_bytes);
  }
  bench.mean_accuracy = mean_within(accuracies, 0.0, 1.0);
  bench.accuracy = spread(accuracies);
  bench.seconds = spread_of(seeds, [](const auto& one) { return one.training.train_seconds; });
  bench.images_per_second =
      spread_of(seeds, [](const auto& one) { return images_per_second(one.training); });
  bench.calibration = spread_of(seeds, [](const auto& one) { return one.calibration_seconds; });
  bench.calibrated = spread_of(
      seeds, [](const auto& one) { return one.training.train_seconds / one.calibration_seconds; });
  bench.wait_share = seconds > 0.0 ? waited / seconds : 0.0;
  bench.seeds = std::move(seeds);
  return bench;
}

TrainBench bench_train(const Dataset& train_set, const Dataset* test_set, const Config& config,
                       int seeds, std::size_t validation) {
  std::vector<SeedResult> results;
  Calibration calibration;
  calibration.measure();
  for (int i = 0; i < seeds; ++i) {
    throw_if_interrupted("the benchmark");
    auto seeded = config;
    seeded.seed += i;
    results.push_back(bench_seed(train_set, test_set, seeded, validation));
    calibration.measure();
    results.back().calibration_seconds = calibration.beside().whole;
  }
  return summarise(std::move(results));
}

bool reaches(const TrainBench& bench, double target) {
  constexpr double kRounding = 1e-12;  // of the sum: (0.99 + 0.99 + 0.99) / 3 is below 0.99
  return bench.mean_accuracy.value >= target - kRounding;
}

void require_target(const TrainBench& bench, double target) {
  if (reaches(bench, target)) return;
  throw Error("gate.target",
              fmt::format("mean {} accuracy {:.4f} of {} seeds, expected at least {}",
                          bench.measured_on, bench.mean_accuracy.value, bench.seeds.size(), target),
              "use another preset, or a lower --target");
}

Json describe_machine(const Config& config) {
  Json json{{"cpu", cpu_model()},
            {"cores", available_cores()},
            {"threads", config.threads},
            {"device", config.device},
            {"precision",
             to_string(choose_precision(config.train.precision, choose_device(config.device)))}};
  json["versions"] = versions();
  return json;
}

void to_json(Json& json, const SeedResult& result) {
  json = Json{{"seed", result.seed},
              {"best_epoch", result.best_epoch},
              {"validation_accuracy", result.validation_accuracy},
              {"test_accuracy", result.test_accuracy ? Json(*result.test_accuracy) : Json()},
              {"training", result.training},
              {"calibration_seconds", result.calibration_seconds}};
}

void to_json(Json& json, const TrainBench& bench) {
  json = Json{{"seeds", bench.seeds},
              {"measured_on", bench.measured_on},
              {"mean_accuracy", bench.mean_accuracy},
              {"accuracy", bench.accuracy},
              {"seconds", bench.seconds},
              {"images_per_second", bench.images_per_second},
              {"calibration", bench.calibration},
              {"calibrated", bench.calibrated},
              {"wait_share", bench.wait_share},
              {"peak_memory_bytes", bench.peak_memory_bytes}};
}

}  // namespace digits
