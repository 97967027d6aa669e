#include "model/saliency.h"

#include <ATen/ATen.h>

#include <cmath>

#include "base/interrupt.h"
#include "support/models.h"
#include "support/testing.h"

namespace digits {
namespace {

double unit(std::uint8_t byte) { return byte / 255.0; }

// Logits of three classes: the sum of the pixels, twice the sum of their squares, 3.
at::Tensor sums(const at::Tensor& images) {
  const auto x = images.flatten(1);
  return at::stack({x.sum(1), 2.0 * (x * x).sum(1), at::full({x.size(0)}, 3.0)}, 1);
}

// By hand: the gradient of class 0 is 1, of class 1 4 x, of class 2 0; each times x - 1/2. The
// gradient is that of the label's class, and paper counts: at x = 0 class 0 has -1/2.
TEST(GradientTimesInput, MatchesHandCalculation) {
  const auto set = random_dataset(6, 4, 3);
  const auto attributions = gradient_times_input(sums, set, at::kCPU);
  ASSERT_EQ(attributions.maps.size(), 6U * 12U);
  for (std::size_t i = 0; i < set.images.size(); ++i) {
    const double x = unit(set.images[i]);
    const std::array<double, 3> gradients{1.0, 4.0 * x, 0.0};
    EXPECT_NEAR(attributions.maps[i], gradients[set.labels[i / 12]] * (x - 0.5), 1e-5);
  }
}

// The integral of 4 x from 1/2 is 2 x^2 - 1/2; the midpoint rule is exact for a linear gradient.
// The maps sum up to the differences of the logits.
TEST(IntegratedGradients, MatchHandCalculation) {
  const auto set = random_dataset(6, 4, 3);
  const auto attributions = integrated_gradients(sums, set, at::kCPU, 4);
  for (std::size_t i = 0; i < set.images.size(); ++i) {
    const double x = unit(set.images[i]);
    const std::array<double, 3> integrals{x - 0.5, 2.0 * x * x - 0.5, 0.0};
    EXPECT_NEAR(attributions.maps[i], integrals[set.labels[i / 12]], 1e-5);
  }
  for (std::size_t n = 0; n < set.size(); ++n) {
    double sum = 0.0;
    for (std::size_t p = 0; p < 12; ++p) sum += attributions.maps[n * 12 + p];
    EXPECT_NEAR(attributions.differences[n], sum, 1e-4);
  }
}

// The midpoint rule's error falls with the square of the steps: for a cube, whose gradient is not
// linear, to a hundredth with ten times the steps (float32 changes that a little).
TEST(IntegratedGradients, ApproachCompletenessWithMoreSteps) {
  const auto cubes = [](const at::Tensor& x) {
    const auto sum = x.pow(3).sum({1, 2, 3});
    return at::stack({sum, 2.0 * sum, -sum}, 1);
  };
  const auto set = random_dataset(20, 12, 10);
  const auto error = [&](int steps) {
    return completeness_error(integrated_gradients(cubes, set, at::kCPU, steps)).value;
  };
  EXPECT_GT(error(1), 0.001);
  EXPECT_LT(error(10), 0.02 * error(1));
}

// The weights of the network have no gradient afterwards.
TEST(IntegratedGradients, LeaveNoGradientInTheWeights) {
  auto network = tiny_network(test_seed());
  network->eval();
  const auto forward = [&](const at::Tensor& x) { return network->forward(x); };
  integrated_gradients(forward, random_dataset(2, 12, 10), at::kCPU, 2);
  for (const auto& parameter : network->parameters()) EXPECT_FALSE(parameter.grad().defined());
}

// Channels are summed to one value per pixel, and images of all batches are included.
TEST(Attributions, HaveOneValuePerPixel) {
  const auto set = random_dataset(260, 2, 2, 3);
  const auto attributions = gradient_times_input(sums, set, at::kCPU);
  ASSERT_EQ(attributions.maps.size(), 260U * 4U);
  ASSERT_EQ(attributions.differences.size(), 260U);
  const auto* last = set.image(258);  // of class 0
  EXPECT_NEAR(attributions.maps[258 * 4], unit(last[0]) + unit(last[1]) + unit(last[2]) - 1.5,
              1e-5);
}

// Each batch of up to 250 images takes 50 steps, and one call for each end of the way.
TEST(IntegratedGradients, TakeFiftyStepsForABatch) {
  int calls = 0;
  const auto counted = [&](const at::Tensor& images) {
    ++calls;
    return sums(images);
  };
  integrated_gradients(counted, random_dataset(250, 2, 2), at::kCPU);
  EXPECT_EQ(calls, 52);
  calls = 0;
  integrated_gradients(counted, random_dataset(251, 2, 2), at::kCPU);
  EXPECT_EQ(calls, 104);
}

// Ctrl-C in the third of 50 steps: there is no fourth.
TEST(IntegratedGradients, StopWhenInterrupted) {
  int calls = 0;
  const auto stopping = [&](const at::Tensor& images) {
    set_interrupted(++calls == 3);
    return sums(images);
  };
  const auto set = random_dataset(3, 2, 2);
  expect_error("interrupted", [&] { integrated_gradients(stopping, set, at::kCPU); });
  set_interrupted(false);
  EXPECT_EQ(calls, 3);
}

}  // namespace
}  // namespace digits
