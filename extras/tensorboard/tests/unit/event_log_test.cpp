#include "tensorboard/event_log.h"

#include <opencv2/imgcodecs.hpp>

#include "base/files.h"
#include "data/batches.h"
#include "model/trainer.h"
#include "support/testing.h"

namespace digits {
namespace {

// A training resumed after an epoch's last step, with its validation left, marks the epoch at that
// step.
TEST(EventLog, MarksAResumedEpochAtItsLastStep) {
  const auto set = random_dataset(70, 28, 28);
  const TemporaryDirectory folder;
  EpochRecord record;
  record.epoch = 2;
  EventLog log(folder.path(), 101, set, TrainOptions());
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

  const auto bytes = read_file(folder / files_below(folder.path()).at(0));
  const auto begin = bytes.find("\x89PNG");
  ASSERT_NE(begin, std::string::npos);
  const std::vector<std::uint8_t> png(bytes.begin() + static_cast<std::ptrdiff_t>(begin),
                                      bytes.end());
  const cv::Mat3b picture = cv::imdecode(png, cv::IMREAD_COLOR);  // ends where the PNG does
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

}  // namespace
}  // namespace digits
