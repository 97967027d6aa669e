#include "tensorboard/event_log.h"

#include <algorithm>
#include <opencv2/imgcodecs.hpp>

#include "base/files.h"
#include "data/batches.h"
#include "model/trainer.h"
#include "support/testing.h"

namespace digits {
namespace {

// The first picture in the only file of a folder; empty without one.
cv::Mat3b picture_in(const TemporaryDirectory& folder) {
  const auto bytes = read_file(folder / files_below(folder.path()).at(0));
  const auto begin = std::min(bytes.find("\x89PNG"), bytes.size());
  const std::vector<std::uint8_t> png(bytes.begin() + static_cast<std::ptrdiff_t>(begin),
                                      bytes.end());
  return png.empty() ? cv::Mat3b() : cv::Mat3b(cv::imdecode(png, cv::IMREAD_COLOR));
}

// A training resumed after an epoch's last step, with its validation left, marks the epoch at that
// step.
TEST(EventLog, MarksAResumedEpochAtItsLastStep) {
  const auto set = random_dataset(70, 28, 28);
  const TemporaryDirectory folder;
  const TrainOptions options{};
  EpochRecord record;
  record.epoch = 2;
  EventLog log(folder.path(), 101, set, options);
  log.on_epoch(record);
  const auto bytes = read_file(folder / files_below(folder.path()).at(0));
  const auto tag = bytes.find("epoch/train_loss");
  ASSERT_NE(tag, std::string::npos);
  // Event.step, field 2 as a varint, stands between the wall time and the summary with its tags.
  EXPECT_NE(bytes.substr(0, tag).find(std::string("\x10\x64\x2a")), std::string::npos);
}

// The picture of an epoch shows its first images as the network gets them: shuffled and augmented
// for that epoch. It can be read after the epoch, while the log is still being written.
TEST(EventLog, ShowsTheImagesOfTheEpoch) {
  const auto set = random_dataset(70, 28, 28);
  TrainOptions options;
  options.seed = test_seed();
  options.batch_size = 32;
  options.augment.rotation = 20.0;
  const TemporaryDirectory folder;
  EpochRecord record;
  record.epoch = 2;
  EventLog log(folder.path(), 1, set, options);
  log.on_epoch(record);

  const auto picture = picture_in(folder);
  const auto batch =
      make_batch(set, epoch_order(70, batch_options(options, 2)), 0, batch_options(options, 2));
  ASSERT_EQ(picture.size(), cv::Size(4 + 8 * 60, 4 + 8 * 60));
  for (int i = 0; i < 32; ++i) {  // images of 28 pixels, doubled, eight in a row, 4 apart
    for (int pixel = 0; pixel < 28 * 28; ++pixel) {
      const int y = 4 + i / 8 * 60 + 2 * (pixel / 28);
      const int x = 4 + i % 8 * 60 + 2 * (pixel % 28);
      ASSERT_EQ(picture(y, x)[0], batch.images[static_cast<std::size_t>(i * 28 * 28 + pixel)]);
    }
  }
}

// Nine images fill one row of eight, and the next row by one: the cell beside it is background.
TEST(EventLog, LeavesCellsWithoutAnImageBlank) {
  const TemporaryDirectory folder;
  const auto set = random_dataset(9, 28, 28);
  const TrainOptions options{};
  EpochRecord record;
  record.epoch = 1;
  EventLog log(folder.path(), 1, set, options);
  log.on_epoch(record);
  const auto picture = picture_in(folder);
  ASSERT_EQ(picture.size(), cv::Size(4 + 8 * 60, 4 + 2 * 60));
  const cv::Mat3b beside = picture(cv::Rect(64, 64, 56, 56));
  EXPECT_TRUE(std::all_of(beside.begin(), beside.end(),
                          [&](const cv::Vec3b& pixel) { return pixel == picture(0, 0); }));
}

// Each number of a step and of an epoch has its tag, and the picture its size in colour: 484 pixels
// are E4 03 in base 128. The end of a log writes what it still holds.
TEST(EventLog, WritesEachValue) {
  const auto set = random_dataset(70, 28, 28);
  const TrainOptions options{};
  const auto written = [](const TemporaryDirectory& folder) {
    return read_file(folder / files_below(folder.path()).at(0));
  };
  StepRecord step;
  step.step = 7;
  step.loss = 0.5;
  step.learning_rate = 0.25;
  const TemporaryDirectory steps;
  {
    EventLog log(steps.path(), 1, set, options);
    log.on_step(step);
  }
  // The time stands in the first nine bytes of an event.
  const auto event = summary_event(0.0, 7, {{"train/loss", 0.5F}, {"train/learning_rate", 0.25F}});
  EXPECT_NE(written(steps).find(event.substr(9)), std::string::npos);

  EpochRecord epoch;
  epoch.epoch = 1;
  epoch.train_loss = 2.0;
  epoch.validation_loss = 3.0;
  epoch.validation_accuracy.value = 0.75;
  epoch.images = 600;
  epoch.train_seconds = 4.0;
  epoch.wait_seconds = 1.0;
  const TemporaryDirectory epochs;
  EventLog log(epochs.path(), 1, set, options);
  log.on_epoch(epoch);
  const auto bytes = written(epochs);
  std::string values;
  for (const auto& value : std::vector<SummaryValue>{{"epoch/train_loss", 2.0F},
                                                     {"epoch/validation_loss", 3.0F},
                                                     {"epoch/validation_accuracy", 0.75F},
                                                     {"epoch/images_per_second", 150.0F},
                                                     {"epoch/wait_share", 0.25F}}) {
    values += summary_event(0.0, 0, {value}).substr(13);  // behind time, step, key and length
  }
  const auto at = bytes.find(values);
  ASSERT_NE(at, std::string::npos);
  const auto picture = bytes.find("epoch/images\x22", at + values.size());
  ASSERT_NE(picture, std::string::npos);
  EXPECT_NE(bytes.substr(picture, 40).find("\x08\xE4\x03\x10\xE4\x03\x18\x03\x22"),
            std::string::npos);
}

}  // namespace
}  // namespace digits
