// Writes a training's curves and pictures as TensorBoard's events.
#pragma once

#include <cstdint>
#include <filesystem>

#include "data/dataset.h"
#include "model/epoch_record.h"
#include "tensorboard/event_file.h"

namespace digits {

struct TrainOptions;

// Writes a training's curves and pictures: "train/loss" and "train/learning_rate" of every step;
// after each epoch its means and times, and a picture of its first images after augmentation.
class EventLog {
 public:
  // `first_step` counts from 1; `training` and `options` must outlive this. Throws as EventFile.
  EventLog(const std::filesystem::path& folder, std::size_t first_step, const Dataset& training,
           const TrainOptions& options);

  // Throw disk.*.
  void on_step(const StepRecord& record);
  void on_epoch(const EpochRecord& record);  // flushes all events

 private:
  EventFile file_;
  const Dataset& training_;
  const TrainOptions& options_;
  std::int64_t step_;  // the last step
};

}  // namespace digits
