// Shows the progress of a training on stderr.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "base/progress.h"
#include "model/epoch_record.h"

namespace digits {

struct TrainOptions;

// At the end of the bar: "epoch 2/8  loss 0.123  accuracy 98.12 %  12345 images/s". The accuracy is
// that of the last validation; "-" before the first one.
std::string step_text(int epoch, int epochs, double loss, std::optional<double> accuracy,
                      double images_per_second);

// The line of a finished epoch, with the same figures.
std::string epoch_text(const EpochRecord& record, int epochs, const std::string& time_left);

// The bar or the lines of one training; the options must outlive it.
class TrainingView {
 public:
  using Clock = std::chrono::steady_clock;

  TrainingView(const std::string& title, const TrainOptions& options,
               Clock::time_point (*now)() = Clock::now);
  void on_resume(std::size_t steps, std::size_t epochs);  // finished before
  std::string on_step(const StepRecord& record);          // returns the text at the end of the bar
  void on_epoch(const EpochRecord& record);

 private:
  const TrainOptions& options_;
  Clock::time_point (*now_)();
  Progress progress_;
  std::optional<double> accuracy_;
  Clock::time_point epoch_start_;
  std::size_t images_ = 0;  // since then
};

}  // namespace digits
