#include "onednn/onednn_piece.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <string>

namespace digits {
namespace {

void expect_all(const at::Tensor& tensor, double value) {
  EXPECT_NEAR(tensor.min().item<double>(), value, 2e-5);
  EXPECT_NEAR(tensor.max().item<double>(), value, 2e-5);
}

// Two layers with equal numbers, by hand: the factor is 2 / sqrt(0.24999 + 0.00001) = 4, the
// summand 0.5 - 1.5 * 4 = -5.5. The kernels' 3 is multiplied in the first layer alone, since the
// second pools.
TEST(Fold, MatchesHandCalculation) {
  const at::NoGradGuard no_grad;
  Network network(NetworkOptions{{2, 2, 1, {"a", "b"}}, {0, 1, {{1, 1}}}},
                  Normalisation{{0.5}, {0.3}});
  for (const std::string layer : {"0", "1"}) {
    network->named_parameters()["conv" + layer + ".weight"].fill_(3.0);
    network->named_parameters()["norm" + layer + ".weight"].fill_(2.0);
    network->named_parameters()["norm" + layer + ".bias"].fill_(0.5);
    network->named_buffers()["norm" + layer + ".running_mean"].fill_(1.5);
    network->named_buffers()["norm" + layer + ".running_var"].fill_(0.24999);
  }
  const auto folded = fold(network);
  ASSERT_EQ(folded.layers.size(), 2U);
  for (const auto& layer : folded.layers) {
    expect_all(layer.scale, 4.0);
    expect_all(layer.shift, -5.5);
  }
  expect_all(folded.layers[0].kernels, 12.0);
  expect_all(folded.layers[1].kernels, 3.0);
}

}  // namespace
}  // namespace digits
