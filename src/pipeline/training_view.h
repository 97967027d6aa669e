// Shows the progress of a training on stderr.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "base/progress.h"
#include "model/epoch_record.h"

namespace digits {

struct TrainOptions;

// The bar, and a line for each epoch; the options must outlive it. The accuracy in the bar is that
// of the last validation.
class TrainingView {
 public:
  using Clock = std::chrono::steady_clock;

  explicit TrainingView(const TrainOptions& options, Clock::time_point (*now)() = Clock::now);
  void on_resume(std::size_t steps, std::size_t epochs);  // finished before
  std::string on_step(const StepRecord& record);          // returns the text at the end of the bar
  void on_epoch(const EpochRecord& record);

 private:
  const TrainOptions& options_;
  Clock::time_point (*now_)();
  Progress progress_{"train"};
  std::optional<double> accuracy_;
  Clock::time_point epoch_start_;
  std::size_t images_ = 0;  // since then
};

}  // namespace digits
