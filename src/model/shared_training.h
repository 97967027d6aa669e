// Adds to a training what it needs when several ranks share it (model/gradient_exchange.h). Each
// batch is divided among the ranks: rank r of n takes its images from B r / n to B (r + 1) / n, so
// the images of a step do not depend on the number of ranks.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstddef>
#include <vector>

#include "data/batches.h"
#include "data/dataset.h"
#include "model/epoch_record.h"
#include "model/gradient_exchange.h"
#include "model/gradients.h"
#include "model/optimiser.h"
#include "model/training_state.h"

namespace digits {

// Replaces `state` by rank 0's; the tensors keep their places. Throws checkpoint.mismatch when they
// do not fit, and checkpoint.hash for bytes that changed on the way.
void share_state(GradientExchange& exchange, TrainingState& state);

// This rank's images of an epoch, in the order of its batches, and the options for them.
struct EpochPart {
  Dataset set;
  BatchOptions options;
};

// Divides the epoch's batches of `options`, all of them full, from first_batch on. Rank 0 has the
// set of `samples` images and sends each rank its part; the others have an empty set with the
// schema.
EpochPart epoch_part(GradientExchange& exchange, const Dataset& set, std::size_t samples,
                     const BatchOptions& options);

// Things that a rank asks for; all ranks get each that any of them asks for.
struct StepRequests {
  bool stop = false;  // after this step
  bool save = false;  // a state, after this step
};

// Averages a step over the ranks, in one call.
class StepExchange {
 public:
  // The exchange and the weights must outlive it.
  StepExchange(GradientExchange& exchange, const FlatWeights& weights, std::size_t batch_size);

  // Replaces the gradients, batch norm's running statistics, and the loss and the norm in `outcome`
  // by those of the whole batch. Returns the requests of all ranks.
  StepRequests average(StepOutcome& outcome, const StepRequests& requests);

 private:
  GradientExchange& exchange_;
  const FlatWeights& weights_;
  std::vector<at::Tensor> statistics_;  // batch norm's, views of the weights
  double weight_;                       // this rank's images, as a share of the mean number
};

// Replaces `record` by rank 0's. Throws train.ranks_differ on every rank when the weights of one
// are not, to the bit, those of rank 0.
void share_epoch(GradientExchange& exchange, const at::Tensor& weights, EpochRecord& record);

}  // namespace digits
