// What training did, step by step and epoch by epoch. No Torch in this header.
#pragma once

#include <cstddef>

#include "base/json.h"
#include "base/statistics.h"

namespace digits {

// One step of the optimiser.
struct StepRecord {
  std::size_t step = 0;   // from 1, over all epochs
  std::size_t steps = 0;  // that the whole training has
  double loss = 0.0;      // of the batch, before the step
  double learning_rate = 0.0;
};

// One epoch: a line of history.jsonl.
struct EpochRecord {
  int epoch = 0;  // from 1
  double train_loss = 0.0;
  double validation_loss = 0.0;
  Quantity validation_accuracy;
  double gradient_norm = 0.0;  // mean over the steps
  double seconds = 0.0;        // training and validating
  double wait_seconds = 0.0;   // of these, spent waiting for batches
};

void to_json(Json& json, const EpochRecord& record);
void from_json(const Json& json, EpochRecord& record);

}  // namespace digits
