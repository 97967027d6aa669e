#include "tune/train_trial.h"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include "base/log.h"
#include "base/progress.h"
#include "metrics/classification.h"
#include "model/checkpoint.h"
#include "model/network.h"
#include "model/trainer.h"
#include "pipeline/numerics_stage.h"

namespace digits {

namespace {

// Trains; returns the history and leaves the weights of the best epoch in `network`.
std::vector<EpochRecord> train_to_best(Network& network, const TrainingParts& parts,
                                       const Config& config, const std::string& title) {
  Progress progress(title);
  std::vector<EpochRecord> history;
  NamedTensors best;
  TrainObserver observer;
  observer.on_step = [&](const StepRecord& record) {
    progress.update(record.step, record.steps, fmt::format("loss {:.3f}", record.loss));
  };
  observer.on_epoch = [&](const EpochRecord& record) {
    history.push_back(record);
    if (best_epoch(history).epoch != record.epoch) return;
    for (const auto& [name, tensor] : network_tensors(network)) {
      best[name] = tensor.detach().clone();
    }
  };
  train(network, parts.training, parts.validation, train_options(config), observer);
  copy_tensors(network_tensors(network), best, "weights");
  return history;
}

std::vector<std::uint32_t> mistakes_of(const Network& network, const Dataset& set,
                                       const Config& config) {
  Checkpoint checkpoint;
  checkpoint.info.schema = set.schema;
  checkpoint.network = network;
  const auto predictions =
      argmax_rows(predict_stage(checkpoint, set, config), set.schema.class_names.size());
  return wrong_images(set.labels, predictions);
}

void fill_channel(Dataset& set, std::size_t channel, std::uint8_t value) {
  const auto channels = static_cast<std::size_t>(set.schema.channels);
  for (auto i = channel; i < set.images.size(); i += channels) set.images[i] = value;
}

}  // namespace

SearchData acquire_search_data(const Config& config) {
  auto sets = acquire_training(config);
  auto findings = validate(sets.train, static_cast<int>(config.threads));
  findings.insert(findings.begin(), sets.findings.begin(), sets.findings.end());
  require_acceptable(findings, severity_of(config.data.fail_on), config.data.source);
  for (const auto& finding : findings) {
    if (finding.severity == Severity::kWarning) {
      log_warning(finding.code + ": " + finding.message);
    }
  }
  auto identity = fmt::format("{}/{}", fingerprint(sets.train), sets.validation);
  return {std::move(sets.train), sets.validation, std::move(identity)};
}

void remove_channel(TrainingParts& parts, int channel) {
  const auto first = static_cast<std::size_t>(channel);
  const auto channels = static_cast<std::size_t>(parts.training.schema.channels);
  const auto& pixels = parts.training.images;
  std::uint64_t sum = 0;
  for (auto i = first; i < pixels.size(); i += channels) sum += pixels[i];
  const auto count = pixels.size() / channels;
  const auto mean = static_cast<std::uint8_t>((sum + count / 2) / count);  // to the nearest
  fill_channel(parts.training, first, mean);
  fill_channel(parts.validation, first, mean);
}

TrialResult train_trial(const SearchData& data, const Trial& trial) {
  auto parts = split_stage(data.train, trial.config, data.validation);
  if (trial.without_channel) remove_channel(parts, *trial.without_channel);
  const auto fitted = fit_stage(trial.config, parts.training);
  auto network = make_network(parts.training, fitted);
  const auto config = check_training(fitted, network).config;
  const auto history = train_to_best(network, parts, config, "trial " + trial.id);
  const auto& best = best_epoch(history);
  TrialResult result;
  result.best_epoch = best.epoch;
  result.seconds = summarise(history).train_seconds;
  result.mistakes = mistakes_of(network, parts.validation, config);
  const auto n = parts.validation.size();
  result.accuracy = proportion(n - result.mistakes.size(), n);
  return result;
}

}  // namespace digits
