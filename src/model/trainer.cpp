#include "model/trainer.h"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <chrono>
#include <cmath>
#include <optional>
#include <string>

#include "base/error.h"
#include "base/interrupt.h"
#include "base/memory.h"
#include "metrics/classification.h"
#include "model/checkpoint.h"
#include "model/gradients.h"
#include "model/network.h"
#include "model/optimiser.h"
#include "model/schedule.h"
#include "model/shared_training.h"
#include "model/tensors.h"
#include "model/training_batches.h"

namespace digits {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kCheckEveryOnGpu = 50;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
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

// A training from its first epoch to its last.
class Training {
 public:
  Training(Network& network, const Dataset& train_set, const Dataset& validation_set,
           const TrainOptions& options, const TrainObserver& observer, TrainingState start,
           GradientExchange* exchange, std::size_t samples);
  std::vector<EpochRecord> run();

 private:
  void run_epoch();
  void start_batches();
  void run_steps();
  void take_step(const TensorBatch& batch);
  void check_losses();
  void validate();
  bool is_first() const { return exchange_ == nullptr || exchange_->rank() == 0; }
  bool state_is_due(std::size_t step) const;
  void save_state();
  void count_seconds();

  Network& network_;
  const Dataset& train_set_;
  const Dataset& validation_set_;
  const TrainOptions& options_;
  const TrainObserver& observer_;
  GradientExchange* exchange_;  // null: this process trains alone
  std::size_t samples_;         // in the training set of rank 0
  EpochPart part_;              // with an exchange
  std::optional<TrainingBatches> batches_;
  std::size_t epoch_steps_;
  std::size_t check_every_;
  OneCycleOptions schedule_;
  FlatWeights weights_;
  AdamW optimiser_;
  std::optional<WeightAverage> average_;
  std::optional<StepExchange> step_exchange_;
  StepRequests requests_;               // after the step
  TrainingState state_;                 // current; its tensors are those in use
  std::vector<StepOutcome> unchecked_;  // of the steps since the last check
  std::size_t checked_steps_;           // steps
  Clock::time_point saved_at_ = Clock::now();
  Clock::time_point counted_ = Clock::now();  // when the epoch's seconds were last added to
};

Training::Training(Network& network, const Dataset& train_set, const Dataset& validation_set,
                   const TrainOptions& options, const TrainObserver& observer, TrainingState start,
                   GradientExchange* exchange, std::size_t samples)
    : network_(network),
      train_set_(train_set),
      validation_set_(validation_set),
      options_(options),
      observer_(observer),
      exchange_(exchange),
      samples_(samples),
      epoch_steps_(batch_count(samples, batch_options(options, 1))),
      check_every_(options.check_every),
      weights_(*network),
      optimiser_(weights_, AdamWOptions{options.weight_decay}),
      state_(std::move(start)) {
  if (check_every_ == 0) check_every_ = options.device.is_cpu() ? 1 : kCheckEveryOnGpu;
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
  if (exchange_ != nullptr) {
    state_.ranks = exchange_->ranks();
    share_state(*exchange_, state_);
    step_exchange_.emplace(*exchange_, weights_, options.batch_size);
  }
  checked_steps_ = state_.step;
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
    if (is_first()) validate();
    count_seconds();
    record.peak_memory_bytes = peak_memory_bytes();
    if (exchange_ != nullptr) share_epoch(*exchange_, weights_.all(), record);
    state_.history.push_back(record);
    if (observer_.on_epoch) observer_.on_epoch(record);
  }
  record = {};
  state_.loss_sum = state_.gradient_norm_sum = 0.0;
  save_state();
}

// Starts the epoch's batches after state_.step; of a shared training, this rank's part of them.
void Training::start_batches() {
  auto options = batch_options(options_, state_.epoch.epoch);
  options.first_batch = state_.step - state_.history.size() * epoch_steps_;
  if (exchange_ != nullptr) {
    batches_.reset();  // reads the old part
    part_ = {};        // first, so that a rank never holds two
    part_ = epoch_part(*exchange_, train_set_, samples_, options);
    options = part_.options;
  }
  const auto& set = exchange_ == nullptr ? train_set_ : part_.set;
  if (!batches_) batches_.emplace(set, options_.augment, options_.device);
  batches_->start(options);
}

// Runs the epoch's steps, starting after state_.step.
void Training::run_steps() {
  auto& record = state_.epoch;
  network_->train();
  auto started = Clock::now();
  start_batches();
  TensorBatch batch;
  for (auto asked = started; batches_->next(batch); asked = Clock::now()) {
    record.wait_seconds += seconds_since(asked);
    take_step(batch);
    record.images += options_.batch_size;
    if (!requests_.stop && !requests_.save) continue;
    check_losses();  // before a state leaves
    record.train_seconds += seconds_since(started);
    if (requests_.stop) throw_interrupted("training");
    save_state();
    started = Clock::now();
  }
  check_losses();  // waits for a GPU
  record.train_seconds += seconds_since(started);
}

void Training::take_step(const TensorBatch& batch) {
  unchecked_.push_back(compute_gradients(network_, weights_, batch, options_));
  if (step_exchange_) {
    requests_ = step_exchange_->average(
        unchecked_.back(), {interrupted(), is_first() && state_is_due(state_.step + 1)});
  }
  if (unchecked_.size() >= check_every_) check_losses();
  state_.epoch.learning_rate = one_cycle_rate(schedule_, state_.step);
  optimiser_.step(state_.epoch.learning_rate, state_.step + 1);
  ++state_.step;
  if (average_) average_->update(state_.step);
  if (!step_exchange_) requests_ = {interrupted(), state_is_due(state_.step)};
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

bool Training::state_is_due(std::size_t step) const {
  if (options_.checkpoint_steps > 0 && step % options_.checkpoint_steps == 0) return true;
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

std::vector<EpochRecord> train(Network& network, const Dataset& train_set,
                               const Dataset& validation_set, const TrainOptions& options,
                               const TrainObserver& observer, TrainingState start,
                               GradientExchange* exchange) {
  const int ranks = ranks_of(exchange);
  auto samples = train_set.size();  // of rank 0, on each rank
  if (exchange != nullptr) samples = std::stoull(exchange->broadcast(std::to_string(samples)));
  require_trainable(options, samples, ranks);
  network->to(options.device);
  const TrainingThreads threads(options.batch_size / static_cast<std::size_t>(ranks) *
                                train_set.schema.image_bytes());
  return Training(network, train_set, validation_set, options, observer, std::move(start), exchange,
                  samples)
      .run();
}

}  // namespace digits
