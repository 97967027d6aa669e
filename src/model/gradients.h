// Loss and gradients of one batch.
#pragma once

#include <ATen/core/Tensor.h>

#include "model/training_batches.h"

namespace digits {

class FlatWeights;
class Network;
struct TrainOptions;

// Mean cross-entropy of logits [N, classes] with targets of which a share is spread evenly over all
// classes (Szegedy et al., "Rethinking the Inception architecture", 2016). The target of an
// outlier, whose label is the number of classes, is spread evenly as a whole. Without outliers as
// LibTorch's, which takes three times as many operations.
at::Tensor smoothed_cross_entropy(const at::Tensor& logits, const at::Tensor& labels,
                                  double smoothing);

// Mean loss of a batch and the gradients' norm: scalars on the device, which has not yet computed
// them if it is a GPU.
struct StepOutcome {
  at::Tensor loss;
  at::Tensor gradient_norm;
};

// Leaves the gradients of a batch's mean loss in `weights`, which are those of `network`.
StepOutcome compute_gradients(Network& network, FlatWeights& weights, const TensorBatch& batch,
                              const TrainOptions& options);

}  // namespace digits
