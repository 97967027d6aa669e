// Defines the convolutional network, whose sizes come from the data's schema.
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
#include "model/architecture.h"

namespace digits {

struct NetworkOptions {
  Schema schema;
  Architecture architecture;
};

// The network's convolutions, in order, and its linear head. Throws config.network for no layers,
// fewer than two classes, sizes outside 1 to 4096, a crop that leaves no pixels or a patch above 8.
std::vector<LayerShape> layer_shapes(const NetworkOptions& options);

// [N, C, rows, cols] -> [N, C patch^2, rows / patch, cols / patch], sizes rounded up and padded
// with zeros: each patch becomes one pixel with the patch's pixels as channels, in channels-last
// layout. No information is lost, and the first convolution, which has by far the largest maps,
// works on maps smaller by patch^2 (the stem of Ridnik et al., "TResNet", 2020).
at::Tensor space_to_depth(const at::Tensor& images, int64_t patch);

// crop -> normalise -> space to depth -> blocks -> linear. A block is a sequence of (3x3
// convolution, batch norm, ReLU); 2x2 max pooling follows its last convolution where the map is at
// least 2 pixels wide, so that batch norm and ReLU process a quarter of the pixels.
//
// Input [N, channels, rows, cols] float32 in [0, 1]; output [N, classes] logits. The normalisation
// constants are buffers, so they travel with the weights into checkpoint and package.
class NetworkImpl : public torch::nn::Module {
 public:
  // Throws as layer_shapes.
  NetworkImpl(NetworkOptions options, const Normalisation& normalisation);

  at::Tensor forward(const at::Tensor& images);

  const NetworkOptions& options() const { return options_; }

 private:
  NetworkOptions options_;
  at::Tensor mean_;    // [1, channels, 1, 1]
  at::Tensor stddev_;  // [1, channels, 1, 1]
  std::vector<torch::nn::Conv2d> convolutions_;
  std::vector<torch::nn::BatchNorm2d> norms_;
  std::vector<bool> pools_;  // after convolution i
  torch::nn::Linear head_{nullptr};
};
TORCH_MODULE(Network);

// Draws all weights from (seed, parameter): He et al., "Delving deep into rectifiers" (2015), for
// the convolutions; the last layer ten times smaller, so that training starts from a nearly uniform
// prediction, a loss of about ln(classes). Biases 0; batch norm is the identity.
void initialise(Network& network, std::uint64_t seed);

}  // namespace digits
