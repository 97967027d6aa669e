// Optimises with AdamW and a moving average of the weights, each a few operations on one flat
// tensor. A step takes a millisecond: a loop over the layers' small tensors would be slower.
#pragma once

#include <ATen/core/Tensor.h>
#include <torch/nn/module.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "model/safetensors.h"

namespace digits {

// The float32 parameters of a module, followed by its float32 buffers, in one flat tensor: the
// module's own tensors become views of it, each with its strides (channels last, say). The same for
// gradients; autograd adds to them in place. The module must be on its device already, and stay
// there.
class FlatWeights {
 public:
  explicit FlatWeights(torch::nn::Module& module);

  const at::Tensor& all() const { return all_; }                // [m] parameters, then buffers
  const at::Tensor& parameters() const { return parameters_; }  // [n], its first part
  const at::Tensor& gradients() const { return gradients_; }    // [n]
  void zero_gradients();

  // Views of `flat`, [n] or [m], with the names and shapes of the tensors at the same places in
  // parameters() or all(). They share its memory.
  NamedTensors views(const at::Tensor& flat, const std::string& prefix) const;

 private:
  struct Slot {
    std::string name;
    std::vector<int64_t> sizes;
    std::vector<int64_t> strides;
    int64_t offset = 0;
  };
  void append(const torch::OrderedDict<std::string, at::Tensor>& tensors);

  std::vector<Slot> slots_;
  at::Tensor all_;
  at::Tensor parameters_;
  at::Tensor gradients_;
  int64_t size_ = 0;  // of the slots so far
};

struct AdamWOptions {
  double weight_decay = 1e-2;  // of the learning rate, each step; apart from the gradient
  double beta1 = 0.8;          // of the mean gradient
  double beta2 = 0.95;         // of its mean square
  double epsilon = 1e-8;
};

// Adam (Kingma and Ba, 2015) with decoupled weight decay (Loshchilov and Hutter, "Decoupled weight
// decay regularization", 2019). The weights must outlive it.
class AdamW {
 public:
  AdamW(FlatWeights& weights, const AdamWOptions& options);

  // Applies step number `number`, from 1, along the gradients.
  void step(double rate, std::size_t number);

  const at::Tensor& first_moment() const { return first_; }    // [n]
  const at::Tensor& second_moment() const { return second_; }  // [n]

 private:
  FlatWeights& weights_;
  AdamWOptions options_;
  at::Tensor first_;
  at::Tensor second_;
  at::Tensor root_;  // [n], scratch
};

// An exponential moving average of weights and buffers (Polyak and Juditsky, 1992; in this form
// Tarvainen and Valpola, "Mean teachers", 2017). Batch norm's statistics are averaged too: they are
// means over the steps already, and those of the last step would belong to other weights.
class WeightAverage {
 public:
  // Starts as a copy of the weights, which must outlive it.
  WeightAverage(FlatWeights& weights, double decay);

  // After step number `step`, from 1: value += (1 - d) (weights - value), where d is the decay, but
  // at most (1 + step) / (10 + step), so that the start loses its weight soon.
  void update(std::size_t step);

  // Exchanges weights and average; a second call restores both bit for bit.
  void swap();

  const at::Tensor& value() const { return value_; }  // [m]

 private:
  FlatWeights& weights_;
  double decay_;
  at::Tensor value_;
};

}  // namespace digits
