// The exchange among ranks: their parts of an epoch, the averages of a step, an epoch's record.
#include <ATen/ATen.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "data/batches.h"
#include "model/shared_training.h"
#include "model/trainer.h"
#include "support/fake_ranks.h"
#include "support/halves.h"
#include "support/models.h"

namespace digits {
namespace {

using testing::Each;
using testing::ElementsAre;

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
    auto options = batch_options(stateful(), 3);
    options.first_batch = first;
    const auto whole = batches_of(set, options);
    for (const int ranks : {1, 2, 3, 7}) {
      std::vector<std::vector<Batch>> parts(static_cast<std::size_t>(ranks));
      FakeWorld(ranks).run([&](GradientExchange& exchange) {
        const bool has_set = exchange.rank() == 0;
        const auto part = epoch_part(exchange, has_set ? set : empty_set(set.schema), 70, options);
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

}  // namespace
}  // namespace digits
