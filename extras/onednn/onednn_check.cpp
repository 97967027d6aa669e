#include "onednn/onednn_check.h"

#include <ATen/ATen.h>

namespace digits {

namespace {

at::Tensor in_double(const at::Tensor& tensor) { return tensor.to(at::kDouble); }

double largest(const at::Tensor& tensor) { return tensor.abs().max().item<double>(); }

at::Tensor some_images(const at::Tensor& maps) {
  const auto n = maps.size(0);
  if (n <= 3) return in_double(maps);
  return in_double(maps.index_select(0, at::tensor({int64_t{0}, n / 2, n - 1})));
}

// A layer in float64. ReLU may set most of the output to zero, so differences are relative to the
// values before it.
struct ReferenceLayer {
  at::Tensor output;
  double scale = 0.0;
};

ReferenceLayer compute(const FoldedNetwork::Layer& layer, const at::Tensor& input) {
  auto x = at::conv2d(input, in_double(layer.kernels), {}, /*stride=*/1, /*padding=*/1);
  if (layer.shape.pools) {
    x = at::max_pool2d(x, 2) * in_double(layer.scale).view({1, -1, 1, 1});
  }
  const auto shift = in_double(layer.shift).view({1, -1, 1, 1});
  return {at::relu(x + shift), largest(x) + largest(shift)};
}

}  // namespace

std::vector<NumericsResult> compare_layers(const FoldedNetwork& network,
                                           const std::vector<at::Tensor>& maps,
                                           Precision precision) {
  const at::NoGradGuard no_grad;
  std::vector<NumericsResult> results;
  auto input = some_images(maps.front());
  for (std::size_t i = 0; i < network.layers.size(); ++i) {
    const auto& layer = network.layers[i];
    const auto expected = compute(layer, input);
    const auto seen = some_images(maps[i + 1]);
    results.push_back({describe(layer.shape), precision,
                       relative_difference(seen, expected.output, expected.scale), 0.0});
    input = seen;
  }
  const auto product =
      at::matmul(input.permute({0, 2, 3, 1}).flatten(1), in_double(network.head).t());
  const auto expected = product + in_double(network.bias);
  results.push_back({describe(LayerShape{"head", network.head.size(1), network.head.size(0)}),
                     precision,
                     relative_difference(some_images(maps.back()), expected,
                                         largest(product) + largest(network.bias)),
                     0.0});
  return results;
}

}  // namespace digits
