#include "model/trainer.h"

#include <ATen/ATen.h>
#include <fmt/format.h>
#include <torch/optim/adamw.h>

#include <chrono>
#include <cmath>

#include "base/error.h"
#include "base/interrupt.h"
#include "base/memory.h"
#include "model/metrics.h"
#include "model/network.h"
#include "model/schedule.h"
#include "model/tensors.h"
#include "model/torch_compat.h"

namespace digits {

namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

void set_learning_rate(torch::optim::Optimizer& optimizer, double rate) {
  for (auto& group : optimizer.param_groups()) group.options().set_lr(rate);
}

}  // namespace

BatchOptions batch_options(const TrainOptions& options, int epoch) {
  BatchOptions batches;
  batches.batch_size = options.batch_size;
  batches.seed = options.seed;
  batches.epoch = static_cast<std::uint64_t>(epoch);
  batches.drop_last = true;  // a last batch of one sample has no variance to normalise by
  batches.augment = options.augment;
  return batches;
}

namespace {

// Fills in what the epoch's network scores on the validation part.
void validate(Network& network, const Dataset& set, const TrainOptions& options,
              EpochRecord& record) {
  network->eval();
  const auto logits = logits_of([&](const at::Tensor& x) { return network->forward(x); },
                                set.images.data(), set.size(), set.schema, options.device);
  const auto evaluation = evaluate_logits(logits, set.labels, set.schema.class_names);
  record.validation_loss = evaluation.loss;
  record.validation_accuracy = evaluation.accuracy;
}

// Everything that lives from the first epoch to the last.
struct Loop {
  Network& network;
  torch::optim::AdamW optimizer;
  OneCycleOptions schedule;
  const TrainOptions& options;
  const TrainObserver& observer;
  std::size_t step = 0;
};

// Runs one epoch's steps and fills in what they did and how long they took.
void train_epoch(Loop& loop, const Dataset& set, EpochRecord& record) {
  const auto start = Clock::now();
  loop.network->train();
  BatchStream stream(set, batch_options(loop.options, record.epoch));
  Batch batch;
  double loss_sum = 0.0;
  std::size_t count = 0;
  for (auto asked = Clock::now(); stream.next(batch); asked = Clock::now()) {
    record.wait_seconds += seconds_since(asked);
    throw_if_interrupted("training");
    record.learning_rate = one_cycle_rate(loop.schedule, loop.step++);
    set_learning_rate(loop.optimizer, record.learning_rate);
    const double loss = train_step(loop.network, loop.optimizer, batch, set.schema, loop.options);
    loss_sum += loss;
    ++count;
    record.images += batch.labels.size();
    if (loop.observer.on_step) {
      loop.observer.on_step({loop.step, loop.schedule.steps, loss, record.learning_rate});
    }
  }
  record.train_loss = loss_sum / static_cast<double>(count);
  record.train_seconds = seconds_since(start);
}

}  // namespace

void require_trainable(const TrainOptions& options, std::size_t samples) {
  const bool possible = options.epochs > 0 && options.batch_size > 1 &&
                        std::isfinite(options.learning_rate) && options.learning_rate > 0.0 &&
                        std::isfinite(options.weight_decay) && options.weight_decay >= 0.0;
  if (possible && samples >= options.batch_size) return;
  throw Error("config.train",
              fmt::format("{} epochs, batch size {} for {} samples, learning rate {}, weight decay "
                          "{}; expected positive numbers, and a batch of 2 or more that fits",
                          options.epochs, options.batch_size, samples, options.learning_rate,
                          options.weight_decay),
              "change the [train] section of the configuration");
}

double train_step(Network& network, torch::optim::Optimizer& optimizer, const Batch& batch,
                  const Schema& schema, const TrainOptions& options) {
  const auto images =
      image_tensor(batch.images.data(), batch.labels.size(), schema, options.device);
  const auto labels = label_tensor(batch.labels, options.device);
  at::Tensor logits;
  {
    const AutocastScope autocast(options.device.type(), at::kBFloat16,
                                 options.precision == Precision::kBfloat16);
    logits = network->forward(images);
  }
  const auto loss = at::cross_entropy_loss(logits.to(at::kFloat), labels);
  const auto value = loss.item<double>();
  if (!std::isfinite(value)) {
    throw Error("train.diverged", fmt::format("loss {}, expected a finite number", value),
                "lower train.learning_rate, or train in float32");
  }
  optimizer.zero_grad();
  loss.backward();
  optimizer.step();
  return value;
}

std::vector<EpochRecord> train(Network& network, const Dataset& train_set,
                               const Dataset& validation_set, const TrainOptions& options,
                               const TrainObserver& observer) {
  require_trainable(options, train_set.size());
  network->to(options.device);
  const auto steps = static_cast<std::size_t>(options.epochs) *
                     batch_count(train_set.size(), batch_options(options, 1));
  OneCycleOptions schedule;
  schedule.peak = options.learning_rate;
  schedule.steps = steps;
  const auto adam = torch::optim::AdamWOptions(options.learning_rate)
                        .betas(std::make_tuple(0.9, 0.99))
                        .weight_decay(options.weight_decay);
  Loop loop{network, torch::optim::AdamW(network->parameters(), adam), schedule, options, observer};

  std::vector<EpochRecord> history;
  for (int epoch = 1; epoch <= options.epochs; ++epoch) {
    const auto start = Clock::now();
    EpochRecord record;
    record.epoch = epoch;
    train_epoch(loop, train_set, record);
    validate(network, validation_set, options, record);
    record.seconds = seconds_since(start);
    record.peak_memory_bytes = peak_memory_bytes();
    history.push_back(record);
    if (observer.on_epoch) observer.on_epoch(record);
  }
  return history;
}

}  // namespace digits
