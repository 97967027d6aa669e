// Records a training, step by step and epoch by epoch. No Torch in this header.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/json.h"
#include "base/statistics.h"

namespace digits {

// One step of the optimiser.
struct StepRecord {
  std::size_t step = 0;   // from 1, over all epochs
  std::size_t steps = 0;  // of the whole training
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
  double learning_rate = 0.0;  // of the last step
  std::size_t images = 0;      // trained on

  double seconds = 0.0;                // training and validating
  double train_seconds = 0.0;          // of these, in the training loop, without validation
  double wait_seconds = 0.0;           // of these, spent waiting for batches
  std::int64_t peak_memory_bytes = 0;  // of the process, up to the epoch's end
};

// The epoch with the best validation accuracy, the later one on a tie. `history` must not be empty.
const EpochRecord& best_epoch(const std::vector<EpochRecord>& history);

// A whole training: sums over its epochs, and their largest peak.
struct TrainingSummary {
  std::size_t images = 0;
  double seconds = 0.0;
  double train_seconds = 0.0;
  double wait_seconds = 0.0;
  std::int64_t peak_memory_bytes = 0;
};
TrainingSummary summarise(const std::vector<EpochRecord>& history);

// The images per second of the training loop, for a record or a summary; 0 if it took no time.
template <typename Record>
double images_per_second(const Record& record) {
  if (record.train_seconds <= 0.0) return 0.0;
  return static_cast<double>(record.images) / record.train_seconds;
}

// The share of the training loop that was spent waiting for batches.
template <typename Record>
double wait_share(const Record& record) {
  return record.train_seconds <= 0.0 ? 0.0 : record.wait_seconds / record.train_seconds;
}

void to_json(Json& json, const EpochRecord& record);
void from_json(const Json& json, EpochRecord& record);
void to_json(Json& json, const TrainingSummary& summary);

}  // namespace digits
