#include "model/optimiser.h"

#include <ATen/ATen.h>
#include <torch/optim/adamw.h>

#include "model/checkpoint.h"
#include "support/models.h"
#include "support/testing.h"

namespace digits {
namespace {

// A module of one weight, for calculations by hand.
struct OneWeight : torch::nn::Module {
  explicit OneWeight(double value) {
    weight = register_parameter("weight", at::full({1}, value, at::kFloat));
  }
  at::Tensor weight;
};

// Decay rates of the moments that are easy to calculate with.
AdamWOptions plain() {
  AdamWOptions options;
  options.beta1 = 0.9;
  options.beta2 = 0.99;
  return options;
}

void set(at::Tensor tensor, double value) {
  const at::NoGradGuard no_grad;
  tensor.fill_(value);
}

// A network with a channels-last kernel among its weights, whose batch-norm statistics have moved.
Network used_network() {
  auto network = tiny_network(test_seed());
  auto kernel = network->named_parameters()["conv1.weight"];
  kernel.set_data(kernel.detach().contiguous(at::MemoryFormat::ChannelsLast));
  network->forward(at::rand({8, 1, 12, 10}));
  return network;
}

// The tensors keep names, values, shapes and strides. Only their memory moves.
TEST(FlatWeights, PreservesTheNetwork) {
  auto network = used_network();
  NamedTensors before;
  for (const auto& [name, tensor] : network_tensors(network)) before[name] = tensor.clone();
  const auto images = at::rand({4, 1, 12, 10});
  network->eval();
  const auto logits = network->forward(images);
  const FlatWeights weights(*network);
  for (const auto& [name, tensor] : network_tensors(network)) {
    EXPECT_TRUE(tensor.equal(before.at(name))) << name;
    EXPECT_EQ(tensor.strides(), before.at(name).strides()) << name;
  }
  EXPECT_TRUE(network->forward(images).equal(logits));
}

// A change of the flat tensor changes the network, including buffers, and the flat tensor holds all
// of it.
TEST(FlatWeights, SharesMemoryWithTheNetwork) {
  auto network = used_network();
  const FlatWeights weights(*network);
  set(weights.all(), 2.0);
  for (const auto& item : network->named_parameters()) {
    EXPECT_TRUE(item.value().eq(2.0).all().item<bool>()) << item.key();
  }
  EXPECT_EQ(network->named_buffers()["norm0.running_var"][0].item<double>(), 2.0);
  EXPECT_EQ(network->named_buffers()["mean"].item<double>(), 2.0);
  set(weights.parameters(), 3.0);
  EXPECT_EQ(network->named_buffers()["mean"].item<double>(), 2.0);
  for (const auto& [name, view] : weights.views(weights.parameters(), "w.")) {
    EXPECT_TRUE(view.equal(network->named_parameters()[name.substr(2)])) << name;
  }
}

// Autograd adds to the flat gradient in place, and one operation sets all of it to zero.
TEST(FlatWeights, CollectsGradients) {
  auto network = used_network();
  FlatWeights weights(*network);
  network->forward(at::rand({4, 1, 12, 10})).square().sum().backward();
  EXPECT_EQ(weights.views(weights.gradients(), "").size(), network->parameters().size());
  for (const auto& [name, view] : weights.views(weights.gradients(), "")) {
    const auto gradient = network->named_parameters()[name].grad();
    EXPECT_TRUE(view.equal(gradient)) << name;
    EXPECT_TRUE(view.is_alias_of(gradient)) << name;
    EXPECT_GT(view.abs().sum().item<double>(), 0.0) << name;
  }
  weights.zero_gradients();
  EXPECT_EQ(network->named_parameters()["head.bias"].grad().abs().sum().item<double>(), 0.0);
}

// Two steps by hand. The first: decay takes 0.1 * 0.1 of 1; both corrected moments are those of the
// gradient itself, so the step is the rate: 0.99 - 0.1 = 0.89. The second, gradient -1:
//   m = 0.9 * 0.05 - 0.1 = -0.055, corrected by 0.19: -0.2894737
//   v = 0.99 * 0.0025 + 0.01 = 0.012475, corrected by 0.0199: 0.6268844, root 0.7917604
//   0.89 * 0.99 + 0.1 * 0.2894737 / 0.7917604 = 0.9176608
// Float32 keeps seven digits.
TEST(AdamW, TwoStepsMatchHandCalculation) {
  OneWeight module(1.0);
  FlatWeights weights(module);
  auto options = plain();
  options.weight_decay = 0.1;
  AdamW optimiser(weights, options);
  set(weights.gradients(), 0.5);
  optimiser.step(0.1, 1);
  EXPECT_NEAR(module.weight.item<double>(), 0.89, 1e-6);
  EXPECT_NEAR(optimiser.first_moment()[0].item<double>(), 0.05, 1e-7);
  EXPECT_NEAR(optimiser.second_moment()[0].item<double>(), 0.0025, 1e-8);
  set(weights.gradients(), -1.0);
  optimiser.step(0.1, 2);
  EXPECT_NEAR(module.weight.item<double>(), 0.9176608, 1e-6);
}

// Epsilon is added to the corrected root: 1 - 0.1 * 0.5 / (0.5 + 0.5).
TEST(AdamW, AddsEpsilonAfterTheCorrection) {
  OneWeight module(1.0);
  FlatWeights weights(module);
  auto options = plain();
  options.weight_decay = 0.0;
  options.epsilon = 0.5;
  AdamW optimiser(weights, options);
  set(weights.gradients(), 0.5);
  optimiser.step(0.1, 1);
  EXPECT_NEAR(module.weight.item<double>(), 0.95, 1e-6);
}

// LibTorch's AdamW computes the same. It orders its operations differently: 20 steps of rounding in
// float32, on weights around 1, stay below 1e-5.
TEST(AdamW, AgreesWithLibTorch) {
  auto ours = tiny_network(test_seed());
  auto theirs = tiny_network(test_seed());
  FlatWeights weights(*ours);
  AdamW optimiser(weights, plain());
  torch::optim::AdamW reference(theirs->parameters(),
                                torch::optim::AdamWOptions(1e-2).betas({0.9, 0.99}));
  for (std::size_t step = 1; step <= 20; ++step) {
    for (auto& item : theirs->named_parameters()) {
      const auto gradient = at::randn_like(item.value());
      item.value().mutable_grad() = gradient;
      ours->named_parameters()[item.key()].mutable_grad().copy_(gradient);
    }
    optimiser.step(1e-2, step);
    reference.step();
  }
  for (const auto& item : theirs->named_parameters()) {
    EXPECT_TRUE(at::allclose(item.value(), ours->named_parameters()[item.key()], 1e-5, 1e-5));
  }
}

// From 4, with the weights at 2. After step 1 the decay is 2/11: 4 + 9/11 (2 - 4) = 2.363636. After
// step 30 it would be 31/40, but the option is 0.5: half of the way from there to 2.
TEST(WeightAverage, DecayWarmsUp) {
  OneWeight module(4.0);
  FlatWeights weights(module);
  WeightAverage average(weights, 0.5);
  set(weights.parameters(), 2.0);
  average.update(1);
  EXPECT_NEAR(average.value()[0].item<double>(), 2.3636364, 1e-6);
  average.update(30);
  EXPECT_NEAR(average.value()[0].item<double>(), 2.1818182, 1e-6);
}

// Batch norm's statistics belong to the weights of the same step, so they are averaged like the
// weights.
TEST(WeightAverage, CoversBatchNormStatistics) {
  auto network = used_network();
  FlatWeights weights(*network);
  const auto before = network->named_buffers()["norm0.running_var"].clone();
  WeightAverage average(weights, 0.9);
  set(network->named_buffers()["norm0.running_var"], 7.0);
  average.update(1);  // 2/11 of the old value, 9/11 of the new one
  const auto seen = weights.views(average.value(), "").at("norm0.running_var");
  EXPECT_TRUE(at::allclose(seen, before * (2.0 / 11.0) + 7.0 * 9.0 / 11.0));
}

TEST(WeightAverage, SwapsBitExactly) {
  auto network = used_network();
  FlatWeights weights(*network);
  WeightAverage average(weights, 0.9);
  set(weights.parameters(), 0.25);
  const auto here = weights.all().clone();
  const auto there = average.value().clone();
  average.swap();
  EXPECT_TRUE(weights.all().equal(there));
  EXPECT_TRUE(average.value().equal(here));
  average.swap();
  EXPECT_TRUE(weights.all().equal(here));
}

// Each tensor starts at a multiple of 64 bytes, 16 floats, and takes no more than it needs.
TEST(FlatWeights, AlignsTheTensors) {
  torch::nn::Module module;
  module.register_parameter("a", at::zeros({16}));
  module.register_parameter("b", at::zeros({17}));
  module.register_parameter("c", at::zeros({1}));
  const FlatWeights weights(module);
  const auto views = weights.views(weights.all(), "");
  EXPECT_EQ(views.at("a").storage_offset(), 0);
  EXPECT_EQ(views.at("b").storage_offset(), 16);
  EXPECT_EQ(views.at("c").storage_offset(), 48);
  EXPECT_EQ(weights.all().numel(), 64);
}

// Trainings use the default decays 0.8 and 0.95 of the moments, which gain 0.15 points of accuracy
// (docs/performance.md). By hand: step 1 with gradient 0.5 takes the decay of the weights, 0.01 *
// 0.1 of 1, and the rate: 0.999 - 0.1 = 0.899. Step 2 with gradient 0, in multiples of 0.5 and
// 0.25:
//   m = 0.8 * 0.2 = 0.16, corrected by 0.36: 0.4444444
//   v = 0.95 * 0.05 = 0.0475, corrected by 0.0975: 0.4871795, root 0.6979825
//   0.899 * 0.999 - 0.1 * 0.4444444 / 0.6979825 = 0.8344254
// A gradient as small as epsilon takes half of a step: 0.999 - 0.05.
TEST(AdamW, DefaultsMatchHandCalculation) {
  OneWeight module(1.0);
  FlatWeights weights(module);
  AdamW optimiser(weights, {});
  set(weights.gradients(), 0.5);
  optimiser.step(0.1, 1);
  EXPECT_NEAR(module.weight.item<double>(), 0.899, 1e-6);
  set(weights.gradients(), 0.0);
  optimiser.step(0.1, 2);
  EXPECT_NEAR(module.weight.item<double>(), 0.8344254, 1e-6);

  OneWeight other(1.0);
  FlatWeights other_weights(other);
  AdamW small(other_weights, {});
  set(other_weights.gradients(), 1e-8);
  small.step(0.1, 1);
  EXPECT_NEAR(other.weight.item<double>(), 0.949, 1e-6);
}

}  // namespace
}  // namespace digits
