// A training that ranks share gives the bits of one process that takes the parts of each batch in
// turn.
#include "model/shared_training.h"

#include <ATen/ATen.h>
#include <gmock/gmock.h>

#include <cmath>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
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

struct Trained {
  std::vector<Network> networks;  // of the ranks
  std::vector<std::vector<EpochRecord>> histories;
  std::vector<std::string> codes;
};

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
    const auto mine = rank == 0 ? set : empty_set(set.schema);
    trained.histories[rank] =
        train(trained.networks[rank], mine, mine, options, rank == 0 ? observer : TrainObserver(),
              rank == 0 ? start : TrainingState(), &exchange);
  });
  return trained;
}

// A world of one rank is a training without exchange, to the bit, streamed and on the device.
TEST(SharedTraining, OfOneRankEqualsNone) {
  const auto set = halves(70);  // the last batch is dropped
  for (const auto& options : {stateful(), quick()}) {
    auto alone = network_for(set);
    const auto history = train(alone, set, set, options);
    const auto shared = train_shared(1, set, options);
    EXPECT_THAT(shared.codes, ElementsAre(""));
    EXPECT_TRUE(same_weights(shared.networks[0], alone));
    expect_same_history(shared.histories[0], history);
  }
}

// One process takes the parts of each batch in turn, each from the same running statistics: the
// definition of a shared step, written out.
void train_parts_in_turn(Network& network, const Dataset& set, const TrainOptions& options) {
  const TrainingThreads one(1);
  FlatWeights weights(*network);
  AdamW optimiser(weights, AdamWOptions{options.weight_decay});
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
    const auto shared = train_shared(ranks, set, stateful());
    ASSERT_THAT(shared.codes, Each(""));
    for (std::size_t rank = 1; rank < shared.networks.size(); ++rank) {
      EXPECT_TRUE(same_weights(shared.networks[rank], shared.networks[0]));
      expect_same_history(shared.histories[rank], shared.histories[0]);
    }
    EXPECT_EQ(shared.histories[0][0].images, 64U);  // four whole batches
    EXPECT_TRUE(same_weights(train_shared(ranks, set, stateful()).networks[0], shared.networks[0]));
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
    const auto mine = rank == 0 ? set : empty_set(set.schema);
    train(networks[rank], mine, mine, quick(), {}, {}, &exchange);
  });
  EXPECT_THAT(codes, Each("train.diverged"));
  EXPECT_TRUE(same_weights(networks[0], networks[2]));
  for (const auto& weight : networks[1]->parameters()) {
    EXPECT_TRUE(at::isfinite(weight).all().item<bool>());
  }
}

// Ctrl-C: all ranks stop after the same step. A training that is resumed from the saved state, by
// as many ranks, ends with the bits of an uninterrupted one.
TEST(SharedTraining, ResumesToTheSameBits) {
  const auto set = halves(70);
  const auto whole = train_shared(2, set, stateful());
  for (const std::size_t stop : {1U, 3U, 6U}) {
    std::string bytes;
    TrainObserver observer;
    observer.on_step = [&](const StepRecord& record) {
      if (record.step == stop) set_interrupted(true);
    };
    observer.on_state = [&](const TrainingState& state) { bytes = format_state(state); };
    const auto stopped = train_shared(2, set, stateful(), observer);
    set_interrupted(false);
    EXPECT_THAT(stopped.codes, Each("interrupted"));
    const auto state = parse_state(bytes, "x");
    EXPECT_EQ(state.ranks, 2);
    const auto resumed = train_shared(2, set, stateful(), {}, state);
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
  auto options = stateful();
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
