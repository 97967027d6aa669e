#include "pipeline/stages.h"

#include <fmt/format.h>

#include <opencv2/core/utility.hpp>

#include "base/error.h"
#include "base/progress.h"
#include "data/split.h"
#include "data/synthetic.h"
#include "model/device.h"
#include "model/tensors.h"
#include "pipeline/version.h"

namespace digits {

namespace {

Dataset draw_synthetic(const Config& config, std::int64_t count, std::int64_t first_index) {
  SyntheticOptions options;
  options.count = static_cast<std::size_t>(count);
  options.rows = static_cast<int>(config.data.synthetic_rows);
  options.cols = static_cast<int>(config.data.synthetic_cols);
  options.classes = static_cast<int>(config.data.synthetic_classes);
  options.seed = static_cast<std::uint64_t>(config.seed);
  options.first_index = static_cast<std::uint64_t>(first_index);
  options.threads = static_cast<int>(config.threads);
  return synthesise(options);
}

Json describe(const Dataset& set) {
  return Json{{"count", set.size()},
              {"class_counts", class_counts(set)},
              {"fingerprint", fingerprint(set)}};
}

TrainOptions train_options(const Config& config) {
  TrainOptions options;
  options.epochs = static_cast<int>(config.train.epochs);
  options.batch_size = static_cast<std::size_t>(config.train.batch_size);
  options.learning_rate = config.train.learning_rate;
  options.weight_decay = config.train.weight_decay;
  options.augment = config.augment;
  options.device = choose_device(config.device);
  options.precision = choose_precision(config.train.precision, options.device);
  options.seed = static_cast<std::uint64_t>(config.seed);
  return options;
}

// Keeps history and best checkpoint on disk while training goes on.
class Recorder {
 public:
  Recorder(const RunDirectory& run, const Network& network, const Config& config,
           const Schema& schema)
      : run_(run), network_(network), config_(config), schema_(schema) {}

  void on_epoch(const EpochRecord& record) {
    history_.push_back(record);
    run_.write_history(history_);
    if (record.validation_accuracy.value < best_) return;
    best_ = record.validation_accuracy.value;
    save_checkpoint(run_.checkpoint(), network_, {schema_, config_.widths, record.epoch, best_});
  }

 private:
  const RunDirectory& run_;
  const Network& network_;
  const Config& config_;
  const Schema& schema_;
  std::vector<EpochRecord> history_;
  double best_ = 0.0;
};

}  // namespace

Config resolve(Config config) {
  const auto device = choose_device(config.device);
  config.device = device.is_cuda() ? "cuda" : "cpu";
  config.threads = set_threads(static_cast<int>(config.threads));
  config.train.precision = to_string(choose_precision(config.train.precision, device));
  make_deterministic();
  cv::setNumThreads(1);  // one image is too small to share; threads are LibTorch's
  return config;
}

Sets acquire(const Config& config) {
  if (config.data.source != "synthetic") return load_sets(config.data.source);
  return {draw_synthetic(config, config.data.synthetic_train, 0),
          draw_synthetic(config, config.data.synthetic_test, config.data.synthetic_train)};
}

DataReport validate_sets(const Sets& sets, const std::string& source) {
  DataReport report;
  Json parts;
  for (const auto& [name, set] : {std::pair{"train", &sets.train}, std::pair{"test", &sets.test}}) {
    auto findings = validate(*set);
    parts[name] = describe(*set);
    parts[name]["findings"] = findings;
    report.findings.insert(report.findings.end(), findings.begin(), findings.end());
  }
  auto leaks = validate_leakage(sets.train, sets.test);
  report.json = Json{{"source", source},
                     {"data", sets.train.schema},
                     {"train", parts["train"]},
                     {"test", parts["test"]},
                     {"findings", leaks}};
  report.findings.insert(report.findings.end(), leaks.begin(), leaks.end());
  return report;
}

std::vector<EpochRecord> train_stage(const Dataset& train_set, const Config& config,
                                     const RunDirectory& run) {
  const auto options = train_options(config);
  const auto split = stratified_split(train_set, config.data.validation_share, options.seed);
  const auto training = subset(train_set, split.train);
  const auto validation = subset(train_set, split.validation);

  Network network(network_options(train_set.schema, config.widths),
                  compute_normalisation(training));
  initialise(network, options.seed);

  Recorder recorder(run, network, config, train_set.schema);
  Progress progress(
      "train", static_cast<std::size_t>(options.epochs) * (training.size() / options.batch_size));
  TrainObserver observer;
  observer.on_step = [&](std::size_t step, std::size_t, double loss) {
    progress.update(step, fmt::format("loss {:.3f}", loss));
  };
  observer.on_epoch = [&](const EpochRecord& record) {
    recorder.on_epoch(record);
    progress.line(fmt::format(
        "epoch {}/{}  train loss {:.4f}  validation loss {:.4f} accuracy {:.2f} %  {:.1f} s",
        record.epoch, options.epochs, record.train_loss, record.validation_loss,
        100.0 * record.validation_accuracy.value, record.seconds));
  };
  return train(network, training, validation, options, observer);
}

Evaluation evaluate_stage(const Checkpoint& checkpoint, const Dataset& set, const Config& config) {
  if (set.schema != checkpoint.info.schema) {
    throw Error("data.schema_mismatch",
                fmt::format("the set is {}, expected {} as in training", Json(set.schema).dump(),
                            Json(checkpoint.info.schema).dump()),
                "evaluate on a set with the training set's sizes and classes");
  }
  auto network = checkpoint.network;
  const auto device = choose_device(config.device);
  network->to(device);
  network->eval();
  const auto logits = logits_of([&](const at::Tensor& x) { return network->forward(x); },
                                set.images.data(), set.size(), set.schema, device);
  return evaluate_logits(logits, set.labels, set.schema.class_names);
}

std::vector<Gate> check_stage(const Quantity& accuracy, const Config& config) {
  // The interval's low end, so that a lucky small test set does not pass.
  return {{"min_accuracy", accuracy, config.min_accuracy, accuracy.low >= config.min_accuracy,
           "the low end of the interval must reach the bound"}};
}

void to_json(Json& json, const Gate& gate) {
  json = Json{{"gate", gate.name},
              {"observed", gate.observed},
              {"bound", gate.bound},
              {"passed", gate.passed},
              {"reason", gate.reason}};
}

void require_passed(const std::vector<Gate>& gates) {
  for (const auto& gate : gates) {
    if (gate.passed) continue;
    throw Error("gate.failed",
                fmt::format("{}: observed {:.4f} [{:.4f}, {:.4f}], n = {}, expected at least {}",
                            gate.name, gate.observed.value, gate.observed.low, gate.observed.high,
                            gate.observed.n, gate.bound),
                "train longer or on more data; no package was written");
  }
}

void package_stage(const RunDirectory& run, const Checkpoint& checkpoint, const Config& config,
                   const Dataset& examples, const std::filesystem::path& folder) {
  const auto evaluation = run.read_evaluation();
  const auto data = run.read_data();
  PackageInfo info;
  info.schema = checkpoint.info.schema;
  info.metrics = Json{{"accuracy", evaluation.at("accuracy")}, {"loss", evaluation.at("loss")}};
  info.lineage = Json{{"seed", config.seed},
                      {"config", to_toml(config)},
                      {"train_data", data.at("train").at("fingerprint")},
                      {"test_data", data.at("test").at("fingerprint")},
                      {"epoch", checkpoint.info.epoch},
                      {"versions", versions()}};
  auto network = checkpoint.network;
  write_package(folder, network, info, examples);
  Package::load(folder, choose_device(config.device));
}

}  // namespace digits
