// Computes the loss and the gradients of one batch.
#pragma once

#include <ATen/core/Tensor.h>

#include "model/training_batches.h"

namespace digits {

class FlatWeights;
class Network;
struct TrainOptions;

// Mean cross-entropy of logits [N, classes] with targets of which a share is spread evenly over all
// classes (Szegedy et al., "Rethinking the Inception architecture", 2016). An outlier, whose label
// is the number of classes, has a uniform target. Without outliers the result equals LibTorch's,
// which takes three times as many operations.
at::Tensor smoothed_cross_entropy(const at::Tensor& logits, const at::Tensor& labels,
                                  double smoothing);

// Mean loss of a batch and the gradients' norm: scalars on the device; a GPU may not have computed
// them yet.
struct StepOutcome {
  at::Tensor loss;
  at::Tensor gradient_norm;
};

// Computes the gradients of a batch's mean loss into `weights`, which belong to `network`.
StepOutcome compute_gradients(Network& network, FlatWeights& weights, const TensorBatch& batch,
                              const TrainOptions& options);

}  // namespace digits
