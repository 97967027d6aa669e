#include "model/gradients.h"

#include <ATen/ATen.h>

#include "model/network.h"
#include "model/optimiser.h"
#include "model/tensors.h"
#include "model/torch_compat.h"
#include "model/trainer.h"

namespace digits {

at::Tensor smoothed_cross_entropy(const at::Tensor& logits, const at::Tensor& labels,
                                  double smoothing) {
  const auto log_probabilities = at::log_softmax(logits, 1);
  const auto even = log_probabilities.mean(1, /*keepdim=*/true);  // target of an outlier
  auto loss = at::nll_loss(at::cat({log_probabilities, even}, 1), labels);
  if (smoothing == 0.0) return loss;
  return (1.0 - smoothing) * loss - smoothing * even.mean();
}

StepOutcome compute_gradients(Network& network, FlatWeights& weights, const TensorBatch& batch,
                              const TrainOptions& options) {
  at::Tensor logits;
  {
    const AutocastScope autocast(options.device.type(), at::kBFloat16,
                                 options.precision == Precision::kBfloat16);
    logits = network->forward(unit_images(batch.images));
  }
  const auto loss =
      smoothed_cross_entropy(logits.to(at::kFloat), batch.labels, options.label_smoothing);
  weights.zero_gradients();
  loss.backward();
  return {loss.detach(), at::norm(weights.gradients())};
}

}  // namespace digits
