#include "pipeline/stages.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <opencv2/core/utility.hpp>
#include <tuple>

#include "base/error.h"
#include "base/files.h"
#include "base/log.h"
#include "data/contact_sheet.h"
#include "data/frame.h"
#include "data/normalisation.h"
#include "data/split.h"
#include "inference/package.h"
#include "inference/version.h"
#include "metrics/image_slices.h"
#include "model/checkpoint.h"
#include "model/device.h"
#include "model/model_under_test.h"
#include "model/network.h"
#include "model/tensors.h"
#include "model/trainer.h"
#include "pipeline/fit_to_set.h"
#include "pipeline/gates.h"
#include "pipeline/numerics_stage.h"
#include "pipeline/presets.h"
#include "pipeline/shared_run.h"
#include "pipeline/training_log.h"
#include "pipeline/training_view.h"

namespace digits {

namespace {

// The checkpoint's network on `device`, in evaluation mode.
Forward forward_of(const Checkpoint& checkpoint, c10::Device device) {
  auto network = checkpoint.network;
  check_answers(network->options(), device);
  network->to(device);
  network->eval();
  return [network](const at::Tensor& images) mutable { return network->forward(images); };
}

}  // namespace

TrainOptions train_options(const Config& config) {
  TrainOptions options;
  options.epochs = static_cast<int>(config.train.epochs);
  options.batch_size = static_cast<std::size_t>(config.train.batch_size);
  options.learning_rate = config.train.learning_rate;
  options.weight_decay = config.train.weight_decay;
  options.label_smoothing = config.train.label_smoothing;
  options.average = config.train.average;
  options.checkpoint_steps = static_cast<std::size_t>(config.train.checkpoint_steps);
  options.checkpoint_seconds = config.train.checkpoint_seconds;
  options.augment = config.augment;
  options.device = choose_device(config.device);
  options.precision = choose_precision(config.train.precision, options.device);
  options.seed = static_cast<std::uint64_t>(config.seed);
  return options;
}

Network make_network(const Dataset& training, const Config& config) {
  const Architecture architecture{low_variance_frame(training, config.network.crop_share),
                                  config.network.patch, config.network.blocks};
  Network network(NetworkOptions{training.schema, architecture}, compute_normalisation(training));
  initialise(network, static_cast<std::uint64_t>(config.seed));
  return network;
}

namespace {

// Writes history and best checkpoint to disk during training.
class Recorder {
 public:
  // `history`: the epochs before.
  Recorder(const RunDirectory& run, const Network& network, const Schema& schema,
           std::vector<EpochRecord> history)
      : run_(run), network_(network), schema_(schema), history_(std::move(history)) {
    for (const auto& record : history_) best_ = std::max(best_, record.validation_accuracy.value);
  }

  void on_epoch(const EpochRecord& record) {
    history_.push_back(record);
    run_.write_history(history_);
    if (record.validation_accuracy.value < best_) return;
    best_ = record.validation_accuracy.value;
    save_checkpoint(run_.checkpoint(), network_,
                    {schema_, network_->options().architecture, record.epoch, best_});
  }

 private:
  const RunDirectory& run_;
  const Network& network_;
  const Schema& schema_;
  std::vector<EpochRecord> history_;
  double best_ = 0.0;
};

// Callbacks that record steps and epochs in the run, on the terminal and in the logs.
TrainObserver observe(Recorder& recorder, TrainingView& view,
                      const std::vector<TrainObserver>& logs) {
  TrainObserver observer;
  observer.on_step = [&](const StepRecord& record) {
    view.on_step(record);
    for (const auto& log : logs)
      if (log.on_step) log.on_step(record);
  };
  observer.on_epoch = [&](const EpochRecord& record) {
    recorder.on_epoch(record);
    view.on_epoch(record);
    for (const auto& log : logs)
      if (log.on_epoch) log.on_epoch(record);
  };
  return observer;
}

// Requires a run that was killed before its first state. A state is saved before a second epoch is
// recorded and before the picture of augmented images is drawn.
void require_never_saved(const RunDirectory& run) {
  const auto epochs = run.has_history() ? run.read_history().size() : 0;
  if (epochs < 2 && kind_of(run.augmentation()) == PathKind::kMissing) return;
  throw Error("checkpoint.missing",
              fmt::format("{}: no training state, expected one: the run has trained {} epochs",
                          run.checkpoints().string(), epochs),
              "restore the folder, or train again into a new folder with the run's config.toml");
}

// The state that a stopped training resumes from; step 0 when no state was written.
TrainingState read_state(StateFolder& states, const Config& config, const RunDirectory& run) {
  auto state = states.load_newest().value_or(TrainingState{});
  if (state.step == 0) {
    require_never_saved(run);
    return state;
  }
  const auto name = run.checkpoints().string();
  require_same(config, parse_config(state.config, name, Config()), name);
  if (state.versions != versions().dump()) {
    log_warning(
        fmt::format("checkpoint.other_program: {}: written by {}, continuing with {}: the "
                    "result may differ in its last bits",
                    name, state.versions, versions().dump()));
  }
  if (!state.history.empty()) load_checkpoint(run.checkpoint());  // which may remain the best one
  return state;
}

}  // namespace

Config resolve(Config config) {
  const auto device = choose_device(config.device);
  config.device = device.is_cuda() ? "cuda" : "cpu";
  config.threads = set_threads(static_cast<int>(config.threads));
  make_deterministic();
  cv::setNumThreads(1);  // one image is too small for several threads; LibTorch uses the threads
  return config;
}

DataReport validate_sets(const Sets& sets, const Config& config) {
  const auto start = std::chrono::steady_clock::now();
  const auto threads = static_cast<int>(config.threads);
  DataReport report;
  const auto findings_of = [&](const char* part, std::vector<Finding> findings) {
    for (auto& finding : findings) finding.message = fmt::format("{}: {}", part, finding.message);
    report.findings.insert(report.findings.end(), findings.begin(), findings.end());
    return findings;
  };
  const auto part = [&](const char* name, const Dataset& set) {
    return Json{{"count", set.size()},
                {"class_counts", class_counts(set)},
                {"fingerprint", fingerprint(set)},
                {"findings", findings_of(name, validate(set, threads))}};
  };
  report.json = Json{{"source", config.data.source}, {"data", sets.train.schema}};
  report.findings = sets.findings;
  report.json["train"] = part("train", sets.train);
  report.json["train"]["validation"] = sets.validation;
  report.json["test"] = part("test", sets.test);
  report.json["findings"] = sets.findings;
  for (const auto& finding :
       findings_of("test", validate_leakage(sets.train, sets.test, threads))) {
    report.json["findings"].push_back(finding);
  }
  report.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return report;
}

TrainingParts split_stage(const Dataset& train_set, const Config& config, std::size_t validation) {
  const auto split = validation > 0 ? split_last(train_set, validation)
                                    : stratified_split(train_set, config.data.validation_share,
                                                       static_cast<std::uint64_t>(config.seed));
  return {subset(train_set, split.train), subset(train_set, split.validation)};
}

Config fit_stage(const Config& config, const Dataset& training, int ranks) {
  auto fitted = fit_to_set(config, training);
  require_trainable(train_options(fitted), training.size(), ranks);
  make_network(training, fitted);
  const auto& [before, after] = std::tie(config.train, fitted.train);
  if (after.epochs != before.epochs || after.batch_size != before.batch_size) {
    log_info(fmt::format("{} training images: {} epochs in batches of {}", training.size(),
                         after.epochs, after.batch_size));
  }
  return fitted;
}

std::vector<EpochRecord> train_stage(const TrainingParts& parts, const Config& config,
                                     const RunDirectory& run, const RunOptions& run_options) {
  const auto options = train_options(config);
  auto network = make_network(parts.training, config);
  StateFolder states(run.checkpoints());
  auto* const exchange = run_options.exchange;
  auto start = run_options.resume ? read_state(states, config, run) : TrainingState{};
  if (!run_options.allow_world_change) require_same_ranks(start, ranks_of(exchange), config);
  make_directories(run.checkpoints());
  start.config = to_toml(config);
  start.versions = versions().dump();
  Recorder recorder(run, network, parts.training.schema, start.history);
  TrainingView view(options);
  if (run_options.resume) view.on_resume(start.step, start.history.size());
  const auto noise = noise_if_private(config, parts.training.schema);
  const auto& shown = noise.size() > 0 ? noise : parts.training;
  const auto logs = make_logs(run_options.logs, run, start.step + 1, shown, options);
  auto observer = observe(recorder, view, logs);
  observer.on_state = [&](const TrainingState& state) { states.save(state); };
  if (exchange != nullptr) offer_training(*exchange, network, parts.training.schema, config);
  auto history = train(network, parts.training, parts.validation, options, observer,
                       std::move(start), exchange);
  if (exchange != nullptr) exchange->finish();
  write_contact_sheet(run.augmentation(), shown, options.augment, options.seed);
  return history;
}

std::vector<float> predict_stage(const Checkpoint& checkpoint, const Dataset& set,
                                 const Config& config) {
  require_schema(set.schema, checkpoint.info.schema);
  const auto device = choose_device(config.device);
  return logits_of(forward_of(checkpoint, device), set.images.data(), set.size(), set.schema,
                   device);
}

Evaluation evaluate_stage(const Checkpoint& checkpoint, const Dataset& set, const Config& config) {
  const auto& names = set.schema.class_names;
  BootstrapOptions options;
  options.seed = static_cast<std::uint64_t>(config.seed);
  auto evaluation =
      evaluate_logits(predict_stage(checkpoint, set, config), set.labels, names, options);
  evaluation.fairness = assess_fairness(set.labels, evaluation.predictions, names,
                                        image_slices(set, static_cast<int>(config.threads)));
  return evaluation;
}

ModelUnderTest model_under_test(const Checkpoint& checkpoint, const Config& config) {
  const auto device = choose_device(config.device);
  return make_model_under_test(forward_of(checkpoint, device), device);
}

std::vector<Measurement> behaviour_stage(const Checkpoint& checkpoint, const Dataset& set,
                                         const Config& config) {
  require_schema(set.schema, checkpoint.info.schema);
  BehaviourOptions options;
  options.images = static_cast<std::size_t>(config.evaluate.images);
  options.digit_tests = config.evaluate.digit_tests;
  options.seed = static_cast<std::uint64_t>(config.seed);
  options.threads = static_cast<int>(config.threads);
  return measure_behaviour(model_under_test(checkpoint, config), set, options);
}

std::string gates_text(const Config& config) {
  const auto& file = config.gates_file;
  auto text = file.empty() ? default_gates() : read_file(file);
  parse_gates(text, config.preset, file.empty() ? "configs/gates.toml" : file);
  return text;
}

std::vector<DriftTest> drift_stage(const Package& package, Dataset set, const Config& config) {
  require_schema(set.schema, package.schema());
  set.labels = argmax_rows(package.logits(set.images.data(), set.size()),
                           package.schema().class_names.size());
  return compare(package.profile(), make_profile(set, static_cast<int>(config.threads)));
}

}  // namespace digits
