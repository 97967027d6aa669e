#include "model/trainer.h"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <chrono>
#include <cmath>
#include <optional>

#include "base/error.h"
#include "base/interrupt.h"
#include "base/memory.h"
#include "metrics/classification.h"
#include "model/checkpoint.h"
#include "model/gradients.h"
#include "model/network.h"
#include "model/optimiser.h"
#include "model/schedule.h"
#include "model/tensors.h"
#include "model/training_batches.h"

namespace digits {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kLookEveryOnGpu = 50;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

AdamWOptions adamw_options(const TrainOptions& options) {
  AdamWOptions adamw;
  adamw.weight_decay = options.weight_decay;
  return adamw;
}

// Exchanges weights and their average while it lives, if there is an average.
class AverageInPlace {
 public:
  explicit AverageInPlace(std::optional<WeightAverage>& average) : average_(average) {
    if (average_) average_->swap();
  }
  ~AverageInPlace() {
    if (average_) average_->swap();
  }
  AverageInPlace(const AverageInPlace&) = delete;
  AverageInPlace& operator=(const AverageInPlace&) = delete;

 private:
  std::optional<WeightAverage>& average_;
};

void require_finite(const char* what, double value, std::size_t step) {
  if (std::isfinite(value)) return;
  throw Error("train.diverged",
              fmt::format("{} {} at step {}, expected a finite number", what, value, step),
              "lower train.learning_rate, or train in float32; earlier saved states are kept");
}

// Throws config.train for a value of [train] that no training can use.
template <typename Value>
void require(bool possible, const char* key, const Value& value, const std::string& expected,
             const std::string& hint) {
  if (possible) return;
  throw Error("config.train", fmt::format("train.{} is {}, expected {}", key, value, expected),
              hint);
}

void require_share(const char* key, double value) {
  require(value >= 0.0 && value < 1.0, key, value, "0 or more, and less than 1",
          "0 switches it off");
}

// A training from its first epoch to its last.
class Training {
 public:
  Training(Network& network, const Dataset& train_set, const Dataset& validation_set,
           const TrainOptions& options, const TrainObserver& observer, TrainingState start);
  std::vector<EpochRecord> run();

 private:
  void run_epoch();
  void run_steps();
  void take_step(const TensorBatch& batch);
  void check_losses();
  void validate();
  bool state_is_due() const;
  void save_state();
  void count_seconds();

  Network& network_;
  const Dataset& train_set_;
  const Dataset& validation_set_;
  const TrainOptions& options_;
  const TrainObserver& observer_;
  TrainingBatches batches_;
  std::size_t epoch_steps_;
  std::size_t check_every_;
  OneCycleOptions schedule_;
  FlatWeights weights_;
  AdamW optimiser_;
  std::optional<WeightAverage> average_;
  TrainingState state_;                 // current; its tensors are those in use
  std::vector<StepOutcome> unchecked_;  // of the steps since the last check
  std::size_t checked_steps_;           // steps
  Clock::time_point saved_at_ = Clock::now();
  Clock::time_point counted_ = Clock::now();  // when the epoch's seconds were last added to
};

Training::Training(Network& network, const Dataset& train_set, const Dataset& validation_set,
                   const TrainOptions& options, const TrainObserver& observer, TrainingState start)
    : network_(network),
      train_set_(train_set),
      validation_set_(validation_set),
      options_(options),
      observer_(observer),
      batches_(train_set, options.augment, options.device),
      epoch_steps_(batch_count(train_set.size(), batch_options(options, 1))),
      check_every_(options.check_every),
      weights_(*network),
      optimiser_(weights_, adamw_options(options)),
      state_(std::move(start)),
      checked_steps_(state_.step) {
  if (check_every_ == 0) check_every_ = options.device.is_cpu() ? 1 : kLookEveryOnGpu;
  schedule_.peak = options.learning_rate;
  schedule_.steps = static_cast<std::size_t>(options.epochs) * epoch_steps_;
  NamedTensors tensors;
  for (const auto& [name, tensor] : network_tensors(network)) tensors["network." + name] = tensor;
  tensors.merge(weights_.views(optimiser_.first_moment(), "first_moment."));
  tensors.merge(weights_.views(optimiser_.second_moment(), "second_moment."));
  if (options.average > 0.0) {
    average_.emplace(weights_, options.average);
    tensors.merge(weights_.views(average_->value(), "average."));
  }
  if (!state_.tensors.empty()) copy_tensors(tensors, state_.tensors, "training state");
  state_.tensors = std::move(tensors);
}

std::vector<EpochRecord> Training::run() {
  try {
    while (state_.history.size() < static_cast<std::size_t>(options_.epochs)) run_epoch();
  } catch (const Error& error) {
    if (error.code() == "interrupted") save_state();
    throw;
  }
  if (average_) average_->swap();
  return state_.history;
}

void Training::run_epoch() {
  auto& record = state_.epoch;
  record.epoch = static_cast<int>(state_.history.size()) + 1;
  run_steps();
  record.train_loss = state_.loss_sum / static_cast<double>(epoch_steps_);
  record.gradient_norm = state_.gradient_norm_sum / static_cast<double>(epoch_steps_);
  {
    const AverageInPlace averaged(average_);
    validate();
    count_seconds();
    record.peak_memory_bytes = peak_memory_bytes();
    state_.history.push_back(record);
    if (observer_.on_epoch) observer_.on_epoch(record);
  }
  record = {};
  state_.loss_sum = state_.gradient_norm_sum = 0.0;
  save_state();
}

// Runs the epoch's steps, starting after state_.step.
void Training::run_steps() {
  auto& record = state_.epoch;
  network_->train();
  auto options = batch_options(options_, record.epoch);
  options.first_batch = state_.step - state_.history.size() * epoch_steps_;
  auto started = Clock::now();
  batches_.start(options);
  TensorBatch batch;
  for (auto asked = started; batches_.next(batch); asked = Clock::now()) {
    record.wait_seconds += seconds_since(asked);
    take_step(batch);
    record.images += static_cast<std::size_t>(batch.labels.size(0));
    if (!interrupted() && !state_is_due()) continue;
    check_losses();  // before a state leaves
    record.train_seconds += seconds_since(started);
    throw_if_interrupted("training");
    save_state();
    started = Clock::now();
  }
  check_losses();  // waits for a GPU
  record.train_seconds += seconds_since(started);
}

void Training::take_step(const TensorBatch& batch) {
  unchecked_.push_back(compute_gradients(network_, weights_, batch, options_));
  if (unchecked_.size() >= check_every_) check_losses();
  state_.epoch.learning_rate = one_cycle_rate(schedule_, state_.step);
  optimiser_.step(state_.epoch.learning_rate, state_.step + 1);
  ++state_.step;
  if (average_) average_->update(state_.step);
}

// Reads losses and norms of the steps since the last check, in order.
void Training::check_losses() {
  if (unchecked_.empty()) return;
  std::vector<at::Tensor> scalars;
  for (const auto& outcome : unchecked_) {
    scalars.push_back(outcome.loss);
    scalars.push_back(outcome.gradient_norm);
  }
  const auto values = at::stack(scalars).to(at::kCPU, at::kDouble);  // waits for a GPU once
  const auto* value = values.data_ptr<double>();
  auto step = checked_steps_;
  for (std::size_t i = 0; i < unchecked_.size(); ++i, value += 2) {
    require_finite("loss", value[0], ++step);
    require_finite("gradient norm", value[1], step);
    state_.loss_sum += value[0];
    state_.gradient_norm_sum += value[1];
    if (!observer_.on_step) continue;
    observer_.on_step({step, schedule_.steps, value[0], one_cycle_rate(schedule_, step - 1)});
  }
  checked_steps_ = step;
  unchecked_.clear();
}

// Records the epoch's scores on the validation part.
void Training::validate() {
  network_->eval();
  const auto logits = logits_of([&](const at::Tensor& x) { return network_->forward(x); },
                                validation_set_.images.data(), validation_set_.size(),
                                validation_set_.schema, options_.device);
  const auto& labels = validation_set_.labels;
  const auto classes = validation_set_.schema.class_names.size();
  const double loss = cross_entropy(logits, labels, classes);
  require_finite("validation loss", loss, state_.step);
  state_.epoch.validation_loss = loss;
  state_.epoch.validation_accuracy = accuracy(labels, argmax_rows(logits, classes));
}

bool Training::state_is_due() const {
  if (options_.checkpoint_steps > 0 && state_.step % options_.checkpoint_steps == 0) return true;
  return options_.checkpoint_seconds > 0.0 &&
         seconds_since(saved_at_) >= options_.checkpoint_seconds;
}

// Requires a check of the losses before. The last step shows in the weights alone, so their sum is
// checked here.
void Training::save_state() {
  require_finite("sum of the weights", weights_.all().sum().item<double>(), state_.step);
  count_seconds();
  if (observer_.on_state) observer_.on_state(state_);
  saved_at_ = Clock::now();
}

void Training::count_seconds() {
  state_.epoch.seconds += seconds_since(counted_);
  counted_ = Clock::now();
}

}  // namespace

BatchOptions batch_options(const TrainOptions& options, int epoch) {
  BatchOptions batches;
  batches.batch_size = options.batch_size;
  batches.seed = options.seed;
  batches.epoch = static_cast<std::uint64_t>(epoch);
  batches.drop_last = true;  // a last batch of one sample has no variance for batch norm
  batches.augment = options.augment;
  return batches;
}

void require_trainable(const TrainOptions& options, std::size_t samples) {
  const auto batch = options.batch_size;
  const auto largest = std::max<std::size_t>(1, samples / 8);
  require(options.epochs > 0, "epochs", options.epochs, "1 or more", "set --epochs");
  require(batch >= 2, "batch_size", batch, "2 or more", "set --batch-size");
  require(batch <= samples, "batch_size", batch,
          fmt::format("at most {}, the number of training images", samples),
          fmt::format("set --batch-size to {} or less, or leave it to the preset", largest));
  require_share("label_smoothing", options.label_smoothing);
  require_share("average", options.average);
  require(std::isfinite(options.learning_rate) && options.learning_rate > 0.0, "learning_rate",
          options.learning_rate, "a number above 0", "the presets use 0.006 to 0.05");
  require(std::isfinite(options.weight_decay) && options.weight_decay >= 0.0, "weight_decay",
          options.weight_decay, "a number of 0 or more", "the presets use 0.01");
}

std::vector<EpochRecord> train(Network& network, const Dataset& train_set,
                               const Dataset& validation_set, const TrainOptions& options,
                               const TrainObserver& observer, TrainingState start) {
  require_trainable(options, train_set.size());
  network->to(options.device);
  const TrainingThreads threads(options.batch_size * train_set.schema.image_bytes());
  return Training(network, train_set, validation_set, options, observer, std::move(start)).run();
}

}  // namespace digits
