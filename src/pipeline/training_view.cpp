#include "pipeline/training_view.h"

#include <fmt/format.h>

#include "data/batches.h"
#include "data/contact_sheet.h"
#include "data/image_file.h"
#include "model/trainer.h"

namespace digits {

namespace {

constexpr int kShownAcross = 8;  // images in a row of the picture, and rows

SummaryValue curve(std::string tag, double value) {
  return {std::move(tag), static_cast<float>(value)};
}

// The first images of the epoch, as the network received them.
EncodedImage first_images(const Dataset& training, const TrainOptions& options, int epoch) {
  auto batches = batch_options(options, epoch);
  const auto order = epoch_order(training.size(), batches);
  batches.batch_size = kShownAcross * kShownAcross;
  const auto grid =
      image_grid(make_batch(training, order, 0, batches).images, training.schema, kShownAcross);
  return {grid.rows, grid.cols, 3, encode_png(grid.ptr(), {grid.rows, grid.cols, 3, {}})};
}

}  // namespace

std::string step_text(int epoch, int epochs, double loss, std::optional<double> accuracy,
                      double images_per_second) {
  return fmt::format("epoch {}/{}  loss {:.3f}  accuracy {}  {:.0f} images/s", epoch, epochs, loss,
                     accuracy ? fmt::format("{:.2f} %", 100.0 * *accuracy) : "-",
                     images_per_second);
}

std::string epoch_text(const EpochRecord& record, int epochs, const std::string& time_left) {
  return fmt::format(
      "epoch {}/{}  train loss {:.4f}  validation loss {:.4f} accuracy {:.2f} %  {:.0f} images/s  "
      "{:.1f} s  {}",
      record.epoch, epochs, record.train_loss, record.validation_loss,
      100.0 * record.validation_accuracy.value, images_per_second(record), record.seconds,
      time_left);
}

EventLog::EventLog(const std::filesystem::path& folder, std::size_t first_step,
                   const Dataset& training, const TrainOptions& options)
    : file_(folder, static_cast<std::int64_t>(first_step)),
      training_(training),
      options_(options),
      step_(static_cast<std::int64_t>(first_step) - 1) {}

void EventLog::on_step(const StepRecord& record) {
  step_ = static_cast<std::int64_t>(record.step);
  file_.add(step_,
            {curve("train/loss", record.loss), curve("train/learning_rate", record.learning_rate)});
}

void EventLog::on_epoch(const EpochRecord& record) {
  file_.add(step_, {curve("epoch/train_loss", record.train_loss),
                    curve("epoch/validation_loss", record.validation_loss),
                    curve("epoch/validation_accuracy", record.validation_accuracy.value),
                    curve("epoch/images_per_second", images_per_second(record)),
                    curve("epoch/wait_share", wait_share(record)),
                    {"epoch/images", first_images(training_, options_, record.epoch)}});
  file_.flush();
}

TrainingView::TrainingView(const std::string& title, const TrainOptions& options)
    : options_(options), progress_(title), epoch_start_(Clock::now()) {}

void TrainingView::on_resume(std::size_t steps, std::size_t epochs) {
  if (epochs == static_cast<std::size_t>(options_.epochs)) return;  // no epoch is left
  progress_.line(steps > 0 ? fmt::format("continuing after step {}", steps)
                           : "no training state was saved: starting again");
}

void TrainingView::on_step(const StepRecord& record) {
  images_ += options_.batch_size;
  const double elapsed = std::chrono::duration<double>(Clock::now() - epoch_start_).count();
  const auto steps_per_epoch = record.steps / static_cast<std::size_t>(options_.epochs);
  const auto epoch = static_cast<int>((record.step - 1) / steps_per_epoch) + 1;
  progress_.update(record.step, record.steps,
                   step_text(epoch, options_.epochs, record.loss, accuracy_,
                             static_cast<double>(images_) / elapsed));
}

void TrainingView::on_epoch(const EpochRecord& record) {
  accuracy_ = record.validation_accuracy.value;
  progress_.line(epoch_text(record, options_.epochs, progress_.time_left()));
  epoch_start_ = Clock::now();
  images_ = 0;
}

}  // namespace digits
