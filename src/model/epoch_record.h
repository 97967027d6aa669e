// What one epoch of training did: a line of history.jsonl. No Torch in this header.
#pragma once

#include "base/json.h"
#include "base/statistics.h"

namespace digits {

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
