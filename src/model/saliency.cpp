#include "model/saliency.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/autograd.h>

#include <algorithm>

#include "base/interrupt.h"

namespace digits {

namespace {

constexpr double kGrey = 0.5;
constexpr std::size_t kBatch = 250;

at::Tensor label_logits(const Forward& forward, const at::Tensor& images,
                        const at::Tensor& labels) {
  return forward(images).to(at::kFloat).gather(1, labels.unsqueeze(1)).squeeze(1);
}

at::Tensor gradient(const Forward& forward, const at::Tensor& images, const at::Tensor& labels) {
  const auto leaf = images.detach().requires_grad_();
  return torch::autograd::grad({label_logits(forward, leaf, labels).sum()}, {leaf}).front();
}

void append(std::vector<float>& values, const at::Tensor& tensor) {
  const auto flat = tensor.detach().to(at::kCPU, at::kFloat).contiguous();
  values.insert(values.end(), flat.data_ptr<float>(), flat.data_ptr<float>() + flat.numel());
}

// `mean_gradient` of a batch, as a function of the images' difference from the baseline.
template <typename MeanGradient>
Attributions attribute(const Forward& forward, const Dataset& set, c10::Device device,
                       const MeanGradient& mean_gradient) {
  Attributions all;
  for (std::size_t begin = 0; begin < set.size(); begin += kBatch) {
    const auto n = std::min(kBatch, set.size() - begin);
    const auto images = image_tensor(set.image(begin), n, set.schema, device);
    const std::vector<std::int64_t> own(
        set.labels.begin() + static_cast<std::ptrdiff_t>(begin),
        set.labels.begin() + static_cast<std::ptrdiff_t>(begin + n));
    const auto labels = label_tensor(own, device);
    const auto way = images - kGrey;
    append(all.maps, (mean_gradient(way, labels) * way).sum(1));
    const at::NoGradGuard no_grad;
    append(all.differences, label_logits(forward, images, labels) -
                                label_logits(forward, at::full_like(images, kGrey), labels));
  }
  return all;
}

}  // namespace

Attributions gradient_times_input(const Forward& forward, const Dataset& set, c10::Device device) {
  return attribute(forward, set, device, [&](const at::Tensor& way, const at::Tensor& labels) {
    return gradient(forward, way + kGrey, labels);
  });
}

Attributions integrated_gradients(const Forward& forward, const Dataset& set, c10::Device device,
                                  int steps) {
  return attribute(forward, set, device, [&](const at::Tensor& way, const at::Tensor& labels) {
    auto sum = at::zeros_like(way);
    for (int step = 0; step < steps; ++step) {
      throw_if_interrupted("integrating gradients");
      sum += gradient(forward, kGrey + way * ((step + 0.5) / steps), labels);
    }
    return sum / steps;
  });
}

}  // namespace digits
