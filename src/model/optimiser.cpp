#include "model/optimiser.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

namespace digits {

namespace {

// Slots start at multiples of 64 bytes, as LibTorch's allocations do: aligned vectors are faster.
constexpr int64_t kAlignment = 16;

}  // namespace

FlatWeights::FlatWeights(torch::nn::Module& module) {
  const at::NoGradGuard no_grad;
  const auto parameters = module.named_parameters();
  const auto buffers = module.named_buffers();
  append(parameters);
  const auto parameter_size = size_;
  append(buffers);
  all_ = at::zeros({size_}, parameters.begin()->value().options().requires_grad(false));
  parameters_ = all_.narrow(0, 0, parameter_size);
  gradients_ = at::zeros_like(parameters_);
  const auto places = views(all_, "");
  const auto gradient_places = views(gradients_, "");
  const auto move = [&](auto tensor, const std::string& name) {
    const auto place = places.find(name);
    if (place == places.end()) return;
    at::Tensor(place->second).copy_(tensor);
    tensor.set_data(place->second);
  };
  for (const auto& item : parameters) {
    move(item.value(), item.key());
    at::Tensor(item.value()).mutable_grad() = gradient_places.at(item.key());
  }
  for (const auto& item : buffers) move(item.value(), item.key());
}

void FlatWeights::append(const torch::OrderedDict<std::string, at::Tensor>& tensors) {
  for (const auto& item : tensors) {
    const auto& tensor = item.value();
    if (tensor.scalar_type() != at::kFloat) continue;  // batch norm's int64 count of batches
    const auto dense = tensor.is_non_overlapping_and_dense() ? tensor : tensor.contiguous();
    slots_.push_back({item.key(), dense.sizes().vec(), dense.strides().vec(), size_});
    size_ += (dense.numel() + kAlignment - 1) / kAlignment * kAlignment;
  }
}

void FlatWeights::zero_gradients() { gradients_.zero_(); }

NamedTensors FlatWeights::views(const at::Tensor& flat, const std::string& prefix) const {
  NamedTensors tensors;
  for (const auto& slot : slots_) {
    if (slot.offset >= flat.numel()) break;
    tensors[prefix + slot.name] =
        flat.as_strided(slot.sizes, slot.strides, flat.storage_offset() + slot.offset);
  }
  return tensors;
}

AdamW::AdamW(FlatWeights& weights, const AdamWOptions& options)
    : weights_(weights),
      options_(options),
      first_(at::zeros_like(weights.parameters())),
      second_(at::zeros_like(weights.parameters())),
      root_(at::zeros_like(weights.parameters())) {}

// With m and v the moments, b1 and b2 their decays and t the number of the step, the rule is
//   w -= rate * m / (1 - b1^t) / (sqrt(v / (1 - b2^t)) + epsilon)
// Both corrections are scalars, so they can leave the tensor operations: with c = sqrt(1 - b2^t),
//   w -= rate * c / (1 - b1^t) * m / (sqrt(v) + c * epsilon)
void AdamW::step(double rate, std::size_t number) {
  const at::NoGradGuard no_grad;
  const auto t = static_cast<double>(number);
  const auto& gradients = weights_.gradients();
  at::Tensor parameters = weights_.parameters();
  parameters.mul_(1.0 - rate * options_.weight_decay);
  first_.lerp_(gradients, 1.0 - options_.beta1);
  second_.mul_(options_.beta2).addcmul_(gradients, gradients, 1.0 - options_.beta2);
  const double correction = std::sqrt(1.0 - std::pow(options_.beta2, t));
  at::sqrt_out(root_, second_).add_(correction * options_.epsilon);
  parameters.addcdiv_(first_, root_, -rate * correction / (1.0 - std::pow(options_.beta1, t)));
}

WeightAverage::WeightAverage(FlatWeights& weights, double decay)
    : weights_(weights), decay_(decay), value_(weights.all().clone()) {}

void WeightAverage::update(std::size_t step) {
  const at::NoGradGuard no_grad;
  const auto t = static_cast<double>(step);
  value_.lerp_(weights_.all(), 1.0 - std::min(decay_, (1.0 + t) / (10.0 + t)));
}

void WeightAverage::swap() {
  const at::NoGradGuard no_grad;
  const auto weights = weights_.all().clone();
  at::Tensor(weights_.all()).copy_(value_);
  value_.copy_(weights);
}

}  // namespace digits
