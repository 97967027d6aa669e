// A training whose numbers are no longer finite stops, and saves no state with them.
#include <ATen/ATen.h>
#include <gmock/gmock.h>

#include <cmath>
#include <cstddef>
#include <limits>
#include <memory>
#include <vector>

#include "model/trainer.h"
#include "support/halves.h"
#include "support/models.h"
#include "support/testing.h"

namespace digits {
namespace {

// Makes the gradient or the loss of a network NaN from step `step` on.
void plant(Network& network, bool in_gradient, int step) {
  auto bias = network->named_parameters()["head.bias"];
  const auto seen = std::make_shared<int>(0);
  bias.register_hook([=](const at::Tensor& gradient) -> at::Tensor {
    if (++*seen >= step) {
      if (in_gradient) return gradient * std::numeric_limits<double>::infinity();
      const at::NoGradGuard no_grad;  // found by the next step
      at::Tensor(bias).fill_(std::nan(""));
    }
    return gradient;
  });
}

// The steps of the saved states until a training stops with train.diverged. Every saved state is
// finite.
std::vector<std::size_t> states_before_divergence(Network& network, const TrainOptions& options) {
  const auto set = halves(64);  // four steps an epoch
  std::vector<std::size_t> steps;
  TrainObserver observer;
  observer.on_state = [&](const TrainingState& state) {
    steps.push_back(state.step);
    for (const auto& [name, tensor] : state.tensors) {
      EXPECT_TRUE(at::isfinite(tensor).all().item<bool>()) << name;
    }
  };
  expect_error("train.diverged", [&] { train(network, set, set, options, observer); });
  return steps;
}

// The loss is still finite, the gradient is not: no step is made.
TEST(Divergence, InTheGradientStopsBeforeTheStep) {
  auto network = network_for(halves(64));
  plant(network, true, 4);
  auto options = quick();
  options.checkpoint_steps = 1;
  EXPECT_THAT(states_before_divergence(network, options), testing::ElementsAre(1, 2, 3));
  for (const auto& weight : network->parameters()) {
    EXPECT_TRUE(at::isfinite(weight).all().item<bool>());
  }
}

TEST(Divergence, InTheLossStopsBeforeTheStep) {
  auto network = network_for(halves(64));
  plant(network, false, 3);  // the bias is NaN after step 3, but not checked yet
  auto options = quick();
  options.checkpoint_steps = 2;
  EXPECT_THAT(states_before_divergence(network, options), testing::ElementsAre(2));
}

// A step can make the weights NaN although its own loss and gradient are finite: they are not
// saved.
TEST(Divergence, InTheWeightsIsNotSaved) {
  auto network = network_for(halves(64));
  plant(network, false, 2);  // the bias is no number after step 2
  auto options = quick();
  options.checkpoint_steps = 2;
  EXPECT_TRUE(states_before_divergence(network, options).empty());
}

// Where each check would wait for a GPU, there are steps between checks. But no state is saved
// unchecked, by count or at an epoch's end.
TEST(Divergence, IsDetectedBeforeAStateIsSaved) {
  auto options = quick();
  options.check_every = 50;
  auto network = network_for(halves(64));
  plant(network, true, 6);
  EXPECT_THAT(states_before_divergence(network, options), testing::ElementsAre(4));
  options.checkpoint_steps = 3;
  auto other = network_for(halves(64));
  plant(other, true, 2);
  EXPECT_TRUE(states_before_divergence(other, options).empty());
}

// The check interval changes no result.
TEST(Divergence, CheckIntervalChangesNoResult) {
  const auto set = halves(64);
  auto a = network_for(set);
  auto b = network_for(set);
  auto options = quick();
  const auto often = train(a, set, set, options);
  options.check_every = 3;
  const auto seldom = train(b, set, set, options);
  EXPECT_TRUE(same_weights(a, b));
  expect_same_history(often, seldom);
}

}  // namespace
}  // namespace digits
