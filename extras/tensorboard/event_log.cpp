#include "tensorboard/event_log.h"

#include <utility>

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
  batches.batch_size = std::size_t{kShownAcross} * kShownAcross;
  const auto grid =
      image_grid(make_batch(training, order, 0, batches).images, training.schema, kShownAcross);
  return {grid.rows, grid.cols, 3, encode_png(grid.ptr(), {grid.rows, grid.cols, 3, {}})};
}

}  // namespace

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

}  // namespace digits
