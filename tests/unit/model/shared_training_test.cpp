// A training that ranks share gives the bits of one process that takes the parts of each batch in
// turn.
#include "model/shared_training.h"

#include <ATen/ATen.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "base/interrupt.h"
#include "model/device.h"
#include "model/schedule.h"
#include "model/tensors.h"
#include "support/fake_ranks.h"
#include "support/halves.h"

namespace digits {
namespace {

using testing::Each;
using testing::ElementsAre;

// Every component with a state.
TrainOptions everything_shared() {
  auto options = quick();
  options.augment = {10.0, 1.0, 0.1, 0.0};
  options.augment.outliers = 0.1;
  options.average = 0.9;
  options.label_smoothing = 0.1;
  return options;
}

struct Trained {
  std::vector<Network> networks;  // of the ranks
  std::vector<std::vector<EpochRecord>> histories;
  std::vector<std::string> codes;
};

Dataset no_images(const Schema& schema) { return {schema, {}, {}}; }

// Trains as `ranks` ranks, of which only the first has the sets.
Trained train_shared(int ranks, const Dataset& set, const TrainOptions& options,
                     const TrainObserver& observer = {}, const TrainingState& start = {}) {
  Trained trained;
  for (int rank = 0; rank < ranks; ++rank) {
    trained.networks.push_back(network_for(set, rank == 0 ? test_seed() : 12345));
  }
  trained.histories.resize(trained.networks.size());
  trained.codes = FakeWorld(ranks).run([&](GradientExchange& exchange) {
    const auto rank = static_cast<std::size_t>(exchange.rank());
    const auto mine = rank == 0 ? set : no_images(set.schema);
    trained.histories[rank] =
        train(trained.networks[rank], mine, mine, options, rank == 0 ? observer : TrainObserver(),
              rank == 0 ? start : TrainingState(), &exchange);
  });
  return trained;
}

void expect_same_history(const std::vector<EpochRecord>& a, const std::vector<EpochRecord>& b) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    EXPECT_EQ(a[i].train_loss, b[i].train_loss);
    EXPECT_EQ(a[i].gradient_norm, b[i].gradient_norm);
    EXPECT_EQ(a[i].validation_loss, b[i].validation_loss);
    EXPECT_EQ(a[i].images, b[i].images);
  }
}

// A world of one rank is a training without exchange, to the bit, streamed and on the device.
TEST(SharedTraining, OfOneRankEqualsNone) {
  const auto set = halves(70);  // the last batch is dropped
  for (const auto& options : {everything_shared(), quick()}) {
    auto alone = network_for(set);
    const auto history = train(alone, set, set, options);
    const auto shared = train_shared(1, set, options);
    EXPECT_THAT(shared.codes, ElementsAre(""));
    EXPECT_TRUE(same_weights(shared.networks[0], alone));
    expect_same_history(shared.histories[0], history);
  }
}

// The augmented batches of an epoch, as one process makes them.
std::vector<Batch> batches_of(const Dataset& set, const BatchOptions& options) {
  std::vector<Batch> batches;
  const auto order = epoch_order(set.size(), options);
  for (std::size_t b = 0; b < batch_count(set.size(), options); ++b) {
    batches.push_back(make_batch(set, order, b, options));
  }
  return batches;
}

template <typename T>
void append_to(std::vector<T>& all, const std::vector<T>& more) {
  all.insert(all.end(), more.begin(), more.end());
}

// The parts of a step, in the order of the ranks, are the batch of one process: the same images,
// augmented in the same way. This holds for any number of ranks, also one that does not divide the
// batch, and for an epoch that is resumed.
TEST(SharedTraining, DividesEachBatchAmongTheRanks) {
  const auto set = halves(70);
  for (const std::size_t first : {0U, 3U, 4U}) {
    auto options = batch_options(everything_shared(), 3);
    options.first_batch = first;
    const auto whole = batches_of(set, options);
    for (const int ranks : {1, 2, 3, 7}) {
      std::vector<std::vector<Batch>> parts(static_cast<std::size_t>(ranks));
      FakeWorld(ranks).run([&](GradientExchange& exchange) {
        const bool has_set = exchange.rank() == 0;
        const auto part = epoch_part(exchange, has_set ? set : no_images(set.schema), 70, options);
        parts[static_cast<std::size_t>(exchange.rank())] = batches_of(part.set, part.options);
      });
      for (std::size_t b = first; b < whole.size(); ++b) {
        Batch joined;
        for (const auto& part : parts) {
          ASSERT_EQ(part.size(), whole.size() - first);
          append_to(joined.images, part[b - first].images);
          append_to(joined.labels, part[b - first].labels);
        }
        EXPECT_EQ(joined.images, whole[b].images) << ranks << " ranks, batch " << b;
        EXPECT_EQ(joined.labels, whole[b].labels);
      }
    }
  }
}

// Rank 0 sends an epoch in messages of 64 batches; 65 batches are two of them.
TEST(SharedTraining, SendsALongEpochInSeveralMessages) {
  const auto set = random_dataset(130);
  BatchOptions options;
  options.batch_size = 2;
  std::vector<std::size_t> sizes;
  FakeWorld(2).run([&](GradientExchange& exchange) {
    const auto part = epoch_part(exchange, set, 130, options);
    const auto order = epoch_order(130, options);
    for (std::size_t i = 0; i < part.set.size(); ++i) {
      const auto number = order[2 * i + static_cast<std::size_t>(exchange.rank())];
      EXPECT_EQ(part.options.numbers[i], number);
      EXPECT_EQ(part.set.labels[i], set.labels[number]);
      EXPECT_TRUE(std::equal(set.image(number), set.image(number + 1), part.set.image(i)));
    }
    sizes.push_back(part.set.size());
  });
  EXPECT_THAT(sizes, ElementsAre(65, 65));
}

// One process takes the parts of each batch in turn, each from the same running statistics: the
// definition of a shared step, written out.
void train_parts_in_turn(Network& network, const Dataset& set, const TrainOptions& options) {
  const TrainingThreads one(1);
  FlatWeights weights(*network);
  AdamWOptions adamw;
  adamw.weight_decay = options.weight_decay;
  AdamW optimiser(weights, adamw);
  OneCycleOptions schedule;
  schedule.peak = options.learning_rate;
  const auto steps = set.size() / options.batch_size;
  schedule.steps = steps * static_cast<std::size_t>(options.epochs);
  network->train();
  for (std::size_t step = 0; step < schedule.steps; ++step) {
    const auto batches = batch_options(options, static_cast<int>(step / steps) + 1);
    const auto batch = make_batch(set, epoch_order(set.size(), batches), step % steps, batches);
    const auto before = weights.all().clone();
    std::vector<at::Tensor> gradients, after;
    const auto half = options.batch_size / 2;
    for (std::size_t part = 0; part < 2; ++part) {
      at::Tensor(weights.all()).copy_(before);
      const auto* images = batch.images.data() + part * half * set.schema.image_bytes();
      const auto labels = batch.labels.begin() + static_cast<std::ptrdiff_t>(part * half);
      compute_gradients(
          network, weights,
          {byte_tensor(images, half, set.schema),
           label_tensor({labels, labels + static_cast<std::ptrdiff_t>(half)}, at::kCPU)},
          options);
      gradients.push_back(weights.gradients().clone());
      after.push_back(weights.all().clone());
    }
    at::Tensor(weights.all())
        .copy_((after[0] + after[1]) / 2.0);  // halves of equal values are exact
    at::Tensor(weights.gradients()).copy_((gradients[0] + gradients[1]) / 2.0);
    optimiser.step(one_cycle_rate(schedule, step), step + 1);
  }
}

TEST(SharedTraining, OfTwoRanksEqualsOneProcessThatTakesTheTwoPartsInTurn) {
  const auto set = halves(70);
  auto options = quick();
  options.augment = {10.0, 1.0, 0.1, 0.0};
  auto alone = network_for(set);
  train_parts_in_turn(alone, set, options);
  const auto shared = train_shared(2, set, options);
  EXPECT_THAT(shared.codes, Each(""));
  for (const auto& network : shared.networks) {
    for (const auto& item : alone->named_parameters()) {
      EXPECT_TRUE(network->named_parameters()[item.key()].equal(item.value())) << item.key();
    }
    for (const auto& item : alone->named_buffers()) {
      if (item.value().scalar_type() != at::kFloat) continue;  // the counter counts parts there
      EXPECT_TRUE(network->named_buffers()[item.key()].equal(item.value())) << item.key();
    }
  }
}

// All ranks end with the weights and the history of rank 0, whatever weights they started with.
TEST(SharedTraining, EndsWithEqualWeightsOnAllRanks) {
  const auto set = halves(70);
  for (const int ranks : {2, 3}) {
    const auto shared = train_shared(ranks, set, everything_shared());
    ASSERT_THAT(shared.codes, Each(""));
    for (std::size_t rank = 1; rank < shared.networks.size(); ++rank) {
      EXPECT_TRUE(same_weights(shared.networks[rank], shared.networks[0]));
      expect_same_history(shared.histories[rank], shared.histories[0]);
    }
    EXPECT_EQ(shared.histories[0][0].images, 64U);  // four whole batches
    EXPECT_TRUE(same_weights(train_shared(ranks, set, everything_shared()).networks[0],
                             shared.networks[0]));
  }
}

// A batch of one schema that ranks divide unequally: each image counts the same. Without batch norm
// and in exact numbers the mean of 3 and 2 images is that of 5. By hand: the loss of part p is 1,
// 2, its weights 3/5 and 2/5.
TEST(SharedTraining, WeighsAPartByItsImages) {
  std::vector<double> losses(2);
  FakeWorld(2).run([&](GradientExchange& exchange) {
    auto network = tiny_network();
    FlatWeights weights(*network);
    at::Tensor(weights.gradients()).fill_(exchange.rank() == 0 ? 1.0 : 2.0);
    StepOutcome outcome{at::full({}, exchange.rank() == 0 ? 2.0 : 1.0, at::kFloat), {}};
    StepExchange(exchange, weights, 5).average(outcome, {});  // 2 and 3 images
    losses[static_cast<std::size_t>(exchange.rank())] = outcome.loss.item<double>();
    EXPECT_NEAR(weights.gradients()[0].item<double>(), 1.6, 1e-6);
    const auto n = static_cast<double>(weights.gradients().numel());
    EXPECT_NEAR(outcome.gradient_norm.item<double>(), 1.6 * std::sqrt(n), 1e-3);
  });
  EXPECT_NEAR(losses[0], 1.4, 1e-6);
  EXPECT_EQ(losses[0], losses[1]);
}

// The constants of the normalisation are not averaged: the mean of three equal numbers may differ
// from them in the last bit, as for the one that is found here.
TEST(SharedTraining, KeepsTheNormalisationToTheBit) {
  float constant = 1.0F;
  while ((constant + constant + constant) / 3.0F == constant) {
    constant = std::nextafter(constant, 2.0F);
  }
  FakeWorld(3).run([&](GradientExchange& exchange) {
    const at::NoGradGuard no_grad;
    auto network = tiny_network();
    for (const char* name : {"mean", "stddev"}) network->named_buffers()[name].fill_(constant);
    FlatWeights weights(*network);
    StepOutcome outcome{at::zeros({}), {}};
    StepExchange(exchange, weights, 15).average(outcome, {});
    for (const char* name : {"mean", "stddev"}) {
      EXPECT_EQ(network->named_buffers()[name].item<float>(), constant) << name;
    }
  });
}

// A request of one rank is granted to all, in the same call.
TEST(SharedTraining, GrantsARequestToAllRanks) {
  for (const int asking : {0, 1, 2}) {
    FakeWorld world(3);
    world.run([&](GradientExchange& exchange) {
      auto network = tiny_network();
      FlatWeights weights(*network);
      StepExchange step(exchange, weights, 16);
      const auto average = [&](const StepRequests& requests) {
        StepOutcome outcome{at::zeros({}), {}};
        return step.average(outcome, requests);
      };
      const bool asks = exchange.rank() == asking;
      const auto stopped = average({asks, false});
      EXPECT_TRUE(stopped.stop && !stopped.save);
      const auto saved = average({false, asks});
      EXPECT_TRUE(!saved.stop && saved.save);
      const auto none = average({});
      EXPECT_TRUE(!none.stop && !none.save);
    });
    EXPECT_EQ(world.averages(), 9U);  // one a step for each rank
  }
}

// A gradient that is infinite on one rank stops all ranks in the same step, before it is applied.
TEST(SharedTraining, DivergesOnAllRanks) {
  const auto set = halves(64);
  std::vector<Network> networks{network_for(set), network_for(set), network_for(set)};
  networks[1]->named_parameters()["head.bias"].register_hook(
      [count = std::make_shared<int>(0)](const at::Tensor& gradient) -> at::Tensor {
        return ++*count == 3 ? gradient * INFINITY : gradient;
      });
  const auto codes = FakeWorld(3).run([&](GradientExchange& exchange) {
    const auto rank = static_cast<std::size_t>(exchange.rank());
    const auto mine = rank == 0 ? set : no_images(set.schema);
    train(networks[rank], mine, mine, quick(), {}, {}, &exchange);
  });
  EXPECT_THAT(codes, Each("train.diverged"));
  EXPECT_TRUE(same_weights(networks[0], networks[2]));
  for (const auto& weight : networks[1]->parameters()) {
    EXPECT_TRUE(at::isfinite(weight).all().item<bool>());
  }
}

// Weights that differ on one rank in one bit stop all ranks.
TEST(SharedTraining, StopsWhenTheWeightsOfARankDiffer) {
  const auto codes = FakeWorld(3).run([](GradientExchange& exchange) {
    auto weights = at::ones({100});
    if (exchange.rank() == 1) weights[7] = std::nextafter(1.0F, 2.0F);
    EpochRecord record;
    share_epoch(exchange, weights, record);
  });
  EXPECT_THAT(codes, Each("train.ranks_differ"));
}

// Rank 0's record is that of all.
TEST(SharedTraining, SharesTheRecordOfRankZero) {
  FakeWorld(2).run([](GradientExchange& exchange) {
    EpochRecord record;
    record.validation_loss = exchange.rank() == 0 ? 0.25 : 99.0;
    share_epoch(exchange, at::ones({3}), record);
    EXPECT_EQ(record.validation_loss, 0.25);
  });
}

// Ctrl-C: all ranks stop after the same step. A training that is resumed from the saved state, by
// as many ranks, ends with the bits of an uninterrupted one.
TEST(SharedTraining, ResumesToTheSameBits) {
  const auto set = halves(70);
  const auto whole = train_shared(2, set, everything_shared());
  for (const std::size_t stop : {1U, 3U, 6U}) {
    std::string bytes;
    TrainObserver observer;
    observer.on_step = [&](const StepRecord& record) {
      if (record.step == stop) set_interrupted(true);
    };
    observer.on_state = [&](const TrainingState& state) { bytes = format_state(state); };
    const auto stopped = train_shared(2, set, everything_shared(), observer);
    set_interrupted(false);
    EXPECT_THAT(stopped.codes, Each("interrupted"));
    const auto state = parse_state(bytes, "x");
    EXPECT_EQ(state.ranks, 2);
    const auto resumed = train_shared(2, set, everything_shared(), {}, state);
    EXPECT_THAT(resumed.codes, Each(""));
    for (const auto& network : resumed.networks) {
      EXPECT_TRUE(same_weights(network, whole.networks[0])) << "stopped at " << stop;
    }
    expect_same_history(resumed.histories[1], whole.histories[0]);
  }
}

// Rank 0 decides when a state is saved, and its states are those of a training without saving.
TEST(SharedTraining, SavesStatesByStep) {
  const auto set = halves(70);
  auto options = everything_shared();
  const auto whole = train_shared(2, set, options);
  options.checkpoint_steps = 3;
  std::vector<std::size_t> steps;
  TrainObserver observer;
  observer.on_state = [&](const TrainingState& state) { steps.push_back(state.step); };
  const auto saving = train_shared(2, set, options, observer);
  EXPECT_THAT(steps, ElementsAre(3, 4, 6, 8));
  EXPECT_TRUE(same_weights(saving.networks[1], whole.networks[0]));
}

// An error of rank 0 ends all ranks.
TEST(SharedTraining, EndsOnAllRanksWhenRankZeroFails) {
  const auto set = halves(70);
  TrainObserver observer;
  observer.on_step = [](const StepRecord& record) {
    if (record.step == 2) throw Error("disk.full", "full", "make room");
  };
  EXPECT_THAT(train_shared(3, set, quick(), observer).codes, Each("disk.full"));
}

// Batch norm needs two images of each rank.
TEST(SharedTraining, RejectsABatchTooSmallForTheRanks) {
  const auto set = halves(70);
  auto options = quick();
  options.batch_size = 5;
  EXPECT_THAT(train_shared(3, set, options).codes, Each("config.train"));
  options.batch_size = 6;
  EXPECT_THAT(train_shared(3, set, options).codes, Each(""));
}

}  // namespace
}  // namespace digits
