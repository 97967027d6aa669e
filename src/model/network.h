// The convolutional network, sized from the data's schema.
#pragma once

#include <ATen/core/Tensor.h>
#include <torch/nn/module.h>
#include <torch/nn/modules/batchnorm.h>
#include <torch/nn/modules/conv.h>
#include <torch/nn/modules/linear.h>
#include <torch/nn/pimpl.h>

#include <cstdint>
#include <vector>

#include "data/dataset.h"
#include "data/normalisation.h"

namespace digits {

struct NetworkOptions {
  // From the schema.
  int64_t rows = 0;
  int64_t cols = 0;
  int64_t channels = 0;
  int64_t classes = 0;
  // Output channels of the convolutions: the first is the stem.
  std::vector<int64_t> widths{16, 32, 64};
  // The stem sees the full image: a wide kernel and a stride keep it cheap.
  int64_t stem_kernel = 5;
  int64_t stem_stride = 2;
};

// Options for images of `schema`, with the given widths.
NetworkOptions network_options(const Schema& schema, std::vector<int64_t> widths);

// normalise -> stem (convolution, batch norm, ReLU) -> blocks (convolution, batch norm, ReLU, 2x2
// max pooling where the map is still 2 pixels wide) -> linear.
//
// Input [N, channels, rows, cols] float32 in [0, 1]; output [N, classes] logits. The normalisation
// constants are buffers, so they travel with the weights into checkpoint and package.
class NetworkImpl : public torch::nn::Module {
 public:
  // Throws config.network for no layers, fewer than two classes, or sizes outside 1 to 4096.
  NetworkImpl(NetworkOptions options, const Normalisation& normalisation);

  at::Tensor forward(const at::Tensor& images);

  const NetworkOptions& options() const { return options_; }

 private:
  NetworkOptions options_;
  at::Tensor mean_;    // [1, channels, 1, 1]
  at::Tensor stddev_;  // [1, channels, 1, 1]
  std::vector<torch::nn::Conv2d> convolutions_;
  std::vector<torch::nn::BatchNorm2d> norms_;
  std::vector<bool> pools_;  // after block i
  torch::nn::Linear head_{nullptr};
};
TORCH_MODULE(Network);

// Draws all weights anew from (seed, parameter): He et al., "Delving deep into rectifiers" (2015),
// for the convolutions; the last layer ten times smaller, so that training starts from a nearly
// uniform prediction, a loss of about ln(classes). Biases 0; batch norm is the identity.
void initialise(Network& network, std::uint64_t seed);

}  // namespace digits
