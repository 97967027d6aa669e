#include "model/trainer.h"

#include <ATen/ATen.h>
#include <torch/optim/adamw.h>

#include <cmath>

#include "base/interrupt.h"
#include "model/metrics.h"
#include "model/schedule.h"
#include "model/tensors.h"
#include "support/models.h"
#include "support/testing.h"

namespace digits {
namespace {

// Bright left half or bright right half, with noise: learnable in a few steps.
Dataset halves(std::size_t n) {
  auto set = random_dataset(n, 12, 10, 1, 2);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t b = 0; b < 120; ++b) {
      const bool left = b % 10 < 5;
      set.image(i)[b] =
          static_cast<std::uint8_t>(set.image(i)[b] / 2 + (left == (set.labels[i] == 0) ? 127 : 0));
    }
  }
  return set;
}

Network network_for(const Dataset& set) {
  Network network(network_options(set.schema, {{4, 6}}), compute_normalisation(set));
  initialise(network, test_seed());
  return network;
}

TrainOptions quick() {
  TrainOptions options;
  options.epochs = 2;
  options.batch_size = 16;
  options.learning_rate = 2e-2;
  options.seed = test_seed();
  return options;
}

// If a network cannot learn one batch by heart, something between loss, gradient and optimiser is
// not connected. From ln 3 = 1.10 to below 0.05 in 150 steps.
TEST(TrainStep, CanOverfitOneBatch) {
  const auto set = random_dataset(24, 12, 10);
  auto network = network_for(set);
  torch::optim::AdamW optimizer(network->parameters(), torch::optim::AdamWOptions(1e-2));
  BatchOptions all;
  all.batch_size = set.size();
  const auto batch = make_batch(set, epoch_order(set.size(), all), 0, all);
  network->train();
  double loss = 0.0;
  for (int step = 0; step < 150; ++step) {
    loss = train_step(network, optimizer, batch, set.schema, quick());
  }
  EXPECT_LT(loss, 0.05);
}

// Gradients belong to one batch. With a learning rate of zero the weights stay, so the same batch
// twice must leave the same gradient, not its double.
TEST(TrainStep, StartsFromZeroGradients) {
  const auto set = random_dataset(8, 12, 10);
  auto network = network_for(set);
  torch::optim::AdamW optimizer(network->parameters(),
                                torch::optim::AdamWOptions(0.0).weight_decay(0.0));
  BatchOptions all;
  const auto batch = make_batch(set, epoch_order(set.size(), all), 0, all);
  train_step(network, optimizer, batch, set.schema, quick());
  const auto first = network->named_parameters()["head.weight"].grad().clone();
  train_step(network, optimizer, batch, set.schema, quick());
  EXPECT_TRUE(at::allclose(first, network->named_parameters()["head.weight"].grad()));
}

TEST(TrainStep, StopsAtALossThatIsNotFinite) {
  const auto set = random_dataset(8, 12, 10);
  auto network = network_for(set);
  {
    const at::NoGradGuard no_grad;
    network->named_parameters()["head.bias"].fill_(std::nan(""));
  }
  torch::optim::AdamW optimizer(network->parameters(), torch::optim::AdamWOptions(1e-2));
  BatchOptions all;
  const auto batch = make_batch(set, epoch_order(set.size(), all), 0, all);
  expect_error("train.diverged",
               [&] { train_step(network, optimizer, batch, set.schema, quick()); });
}

// Two epochs on an easy task reach most of it, and the history says so.
TEST(Train, LearnsAnEasyTask) {
  const auto set = halves(320);
  auto network = network_for(set);
  const auto history = train(network, set, halves(100), quick());
  ASSERT_EQ(history.size(), 2U);
  EXPECT_EQ(history[0].epoch, 1);
  EXPECT_LT(history[1].train_loss, history[0].train_loss);
  EXPECT_GT(history[1].validation_accuracy.value, 0.9);
  EXPECT_EQ(history[1].validation_accuracy.n, 100U);
  EXPECT_EQ(history[0].images, 320U);  // 20 batches of 16
  EXPECT_GT(history[0].wait_seconds, 0.0);
  EXPECT_LT(history[0].wait_seconds, history[0].train_seconds);
  EXPECT_LT(history[0].train_seconds, history[0].seconds);
}

TEST(Train, IsReproducibleToTheBit) {
  const auto set = halves(160);
  auto a = network_for(set);
  auto b = network_for(set);
  auto options = quick();
  options.augment = {10.0, 1.0, 0.1, 0.0};
  train(a, set, set, options);
  at::rand({3});  // the global generator must not matter
  train(b, set, set, options);
  EXPECT_TRUE(same_weights(a, b));
  auto c = network_for(set);
  options.seed += 1;
  train(c, set, set, options);
  EXPECT_FALSE(same_weights(a, c));
}

TEST(Train, RunsInBfloat16) {
  const auto set = halves(160);
  auto network = network_for(set);
  auto options = quick();
  options.precision = Precision::kBfloat16;
  const auto history = train(network, set, set, options);
  EXPECT_LT(history[1].train_loss, std::log(2.0));
  // The weights themselves stay float32: only the arithmetic is short.
  for (const auto& weight : network->parameters()) EXPECT_EQ(weight.scalar_type(), at::kFloat);
}

// Validation runs in evaluation mode and changes nothing: after each epoch the observer finds that
// mode, and measures the very loss that was recorded.
TEST(Train, ValidatesInEvaluationMode) {
  const auto set = halves(64);
  auto network = network_for(set);
  TrainObserver observer;
  std::size_t steps = 0;
  int epochs = 0;
  observer.on_step = [&](const StepRecord& record) {
    EXPECT_EQ(record.steps, 8U);  // two epochs of 64 / 16 steps
    EXPECT_TRUE(network->is_training());
    ++steps;
  };
  observer.on_epoch = [&](const EpochRecord& record) {
    EXPECT_FALSE(network->is_training());
    const auto logits = logits_of([&](const at::Tensor& x) { return network->forward(x); },
                                  set.images.data(), set.size(), set.schema, at::kCPU);
    EXPECT_EQ(cross_entropy(logits, set.labels, 2), record.validation_loss);
    ++epochs;
  };
  train(network, set, set, quick(), observer);
  EXPECT_EQ(steps, 8U);
  EXPECT_EQ(epochs, 2);
}

// What is reported as learning rate is the schedule's, step by step, and the epoch's is its last.
TEST(Train, ReportsTheLearningRate) {
  const auto set = halves(64);
  auto network = network_for(set);
  OneCycleOptions schedule;
  schedule.peak = quick().learning_rate;
  schedule.steps = 8;
  TrainObserver observer;
  observer.on_step = [&](const StepRecord& record) {
    EXPECT_DOUBLE_EQ(record.learning_rate, one_cycle_rate(schedule, record.step - 1));
  };
  const auto history = train(network, set, set, quick(), observer);
  EXPECT_DOUBLE_EQ(history[0].learning_rate, one_cycle_rate(schedule, 3));
}

TEST(Train, StopsWhenInterrupted) {
  const auto set = halves(64);
  auto network = network_for(set);
  TrainObserver observer;
  observer.on_step = [](const StepRecord& record) { set_interrupted(record.step == 3); };
  expect_error("interrupted", [&] { train(network, set, set, quick(), observer); });
  set_interrupted(false);
}

TEST(Train, RefusesImpossibleOptions) {
  const auto set = halves(10);
  auto network = network_for(set);
  const auto refuse = [&](void (*change)(TrainOptions&)) {
    auto options = quick();
    options.batch_size = 5;
    change(options);
    expect_error("config.train", [&] { train(network, set, set, options); });
  };
  refuse([](TrainOptions& o) { o.epochs = 0; });
  refuse([](TrainOptions& o) { o.batch_size = 1; });
  refuse([](TrainOptions& o) { o.batch_size = 11; });
  refuse([](TrainOptions& o) { o.learning_rate = std::nan(""); });
  refuse([](TrainOptions& o) { o.weight_decay = -1.0; });
}

}  // namespace
}  // namespace digits
