#include "pipeline/training_view.h"

#include <fmt/format.h>

#include "model/trainer.h"

namespace digits {

TrainingView::TrainingView(const TrainOptions& options, Clock::time_point (*now)())
    : options_(options), now_(now), epoch_start_(now()) {}

void TrainingView::on_resume(std::size_t steps, std::size_t epochs) {
  if (epochs == static_cast<std::size_t>(options_.epochs)) return;  // no epoch is left
  progress_.line(steps > 0 ? fmt::format("continuing after step {}", steps)
                           : "no training state was saved: starting again");
}

std::string TrainingView::on_step(const StepRecord& record) {
  images_ += options_.batch_size;
  const double elapsed = std::chrono::duration<double>(now_() - epoch_start_).count();
  const auto steps_per_epoch = record.steps / static_cast<std::size_t>(options_.epochs);
  const auto epoch = static_cast<int>((record.step - 1) / steps_per_epoch) + 1;
  auto text =
      fmt::format("epoch {}/{}  loss {:.3f}  accuracy {}  {:.0f} images/s", epoch, options_.epochs,
                  record.loss, accuracy_ ? fmt::format("{:.2f} %", 100.0 * *accuracy_) : "-",
                  static_cast<double>(images_) / elapsed);
  progress_.update(record.step, record.steps, text);
  return text;
}

void TrainingView::on_epoch(const EpochRecord& record) {
  accuracy_ = record.validation_accuracy.value;
  progress_.line(fmt::format(
      "epoch {}/{}  train loss {:.4f}  validation loss {:.4f} accuracy {:.2f} %  {:.0f} images/s  "
      "{:.1f} s  {}",
      record.epoch, options_.epochs, record.train_loss, record.validation_loss, 100.0 * *accuracy_,
      images_per_second(record), record.seconds, progress_.time_left()));
  epoch_start_ = now_();
  images_ = 0;
}

}  // namespace digits
