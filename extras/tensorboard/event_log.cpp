#include "tensorboard/event_log.h"

#include <opencv2/core.hpp>
#include <utility>
#include <vector>

#include "data/batches.h"
#include "data/contact_sheet.h"
#include "data/image_file.h"
#include "model/trainer.h"

namespace digits {

namespace {

constexpr int kShownAcross = 8;  // images in a row of the picture, and rows
constexpr int kGap = 4;          // pixels between images

SummaryValue curve(std::string tag, double value) {
  return {std::move(tag), static_cast<float>(value)};
}

// The consecutive images of `schema` in `images`, at least one, as one RGB picture.
cv::Mat3b image_grid(const std::vector<std::uint8_t>& images, const Schema& schema) {
  const auto cell = thumbnail(images.data(), schema).size();
  const int count = static_cast<int>(images.size() / schema.image_bytes());
  const int down = (count + kShownAcross - 1) / kShownAcross;
  cv::Mat3b grid(kGap + down * (cell.height + kGap), kGap + kShownAcross * (cell.width + kGap),
                 cv::Vec3b(64, 64, 64));
  for (int i = 0; i < count; ++i) {
    const cv::Point place(kGap + i % kShownAcross * (cell.width + kGap),
                          kGap + i / kShownAcross * (cell.height + kGap));
    const auto* image = images.data() + static_cast<std::size_t>(i) * schema.image_bytes();
    thumbnail(image, schema).copyTo(grid(cv::Rect(place, cell)));
  }
  return grid;
}

// The first images of the epoch, as the network received them.
EncodedImage first_images(const Dataset& training, const TrainOptions& options, int epoch) {
  auto batches = batch_options(options, epoch);
  const auto order = epoch_order(training.size(), batches);
  batches.batch_size = std::size_t{kShownAcross} * kShownAcross;
  const auto grid = image_grid(make_batch(training, order, 0, batches).images, training.schema);
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
