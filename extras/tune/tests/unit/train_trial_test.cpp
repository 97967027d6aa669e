#include "tune/train_trial.h"

#include <algorithm>

#include "data/load.h"
#include "support/testing.h"
#include "tune/tests/support/log_text.h"

namespace digits {
namespace {

Trial quick_trial(int epochs) {
  Trial trial{"0000"};
  trial.config.seed = static_cast<std::int64_t>(test_seed() % 1000);
  trial.config.device = "cpu";
  trial.config.network.blocks = {{4}};
  trial.config.train.epochs = epochs;
  trial.config.train.batch_size = 8;
  trial.config.train.precision = "float32";
  return trial;
}

// The log has the warnings about the set, here of an image that equals another one.
TEST(SearchData, LogsTheWarnings) {
  auto set = random_dataset(40, 12, 10, 1, 2);
  for (auto& pixel : set.images) pixel = static_cast<std::uint8_t>(pixel / 4);  // a dark border
  std::copy(set.image(0), set.image(1), set.image(2));
  const TemporaryDirectory folder;
  save_dataset(folder.path(), Part::kTrain, set);
  Config config;
  config.data.source = folder.path().string();
  config.threads = 1;
  std::size_t images = 0;
  EXPECT_THAT(log_text([&] { images = acquire_search_data(config).train.size(); }),
              testing::HasSubstr("[warning] data.duplicate: 1 of 40 images equal an earlier one, "
                                 "expected each image once\n"));
  EXPECT_EQ(images, 40U);
}

// By hand: channel 1 of the training part is 10 and 21, so it becomes 16 (15.5, to the nearest) in
// both parts. The validation part has no share in the mean, and the other channel stays.
TEST(RemoveChannel, BecomesItsTrainingMean) {
  TrainingParts parts;
  parts.training.schema = {1, 2, 2, {"a", "b"}};
  parts.training.labels = {0};
  parts.training.images = {1, 10, 2, 21};
  parts.validation = parts.training;
  parts.validation.images = {3, 200, 4, 255};
  remove_channel(parts, 1);
  EXPECT_THAT(parts.training.images, testing::ElementsAre(1, 16, 2, 16));
  EXPECT_THAT(parts.validation.images, testing::ElementsAre(3, 16, 4, 16));
}

// The bytes behind the last image do not count, and stay.
TEST(RemoveChannel, EndsAtTheLastImage) {
  TrainingParts parts;
  parts.training.schema = {1, 2, 2, {"a", "b"}};
  parts.training.labels = {0};
  parts.training.images = {10, 1, 20, 2, 255};
  parts.training.images.pop_back();  // 255 stays in the memory
  parts.validation = parts.training;
  remove_channel(parts, 0);
  EXPECT_THAT(parts.training.images, testing::ElementsAre(15, 1, 15, 2));
  EXPECT_EQ(parts.training.images.data()[4], 255);
  EXPECT_THAT(parts.validation.images, testing::ElementsAre(15, 1, 15, 2));
}

// The accuracy is that of the mistakes, on the validation part: 6 images of 60. Random images
// cannot be learnt, so the accuracy itself is due to chance. The same trial gives the same result.
TEST(TrainTrial, IsJudgedOnTheValidationPart) {
  const SearchData data{random_dataset(60, 12, 10), 0, "fingerprint"};
  const auto result = train_trial(data, quick_trial(2));
  EXPECT_EQ(result.accuracy.n, 6U);
  EXPECT_NEAR(result.accuracy.value, 1.0 - static_cast<double>(result.mistakes.size()) / 6.0,
              1e-12);
  EXPECT_TRUE(result.best_epoch == 1 || result.best_epoch == 2);
  EXPECT_GT(result.seconds, 0.0);
  const auto again = train_trial(data, quick_trial(2));
  EXPECT_EQ(again.mistakes, result.mistakes);
  EXPECT_EQ(again.best_epoch, result.best_epoch);
}

// Channel 1 alone shows the class. Without it the network knows nothing; without channel 2, which
// is noise, it still knows all.
TEST(TrainTrial, LosesWhatTheChannelShows) {
  SearchData data{random_dataset(120, 8, 8, 2, 2), 0, "fingerprint"};
  for (std::size_t i = 0; i < data.train.images.size(); i += 2) {
    data.train.images[i] = data.train.labels[i / data.train.schema.image_bytes()] != 0 ? 230 : 20;
  }
  auto trial = quick_trial(4);
  trial.config.network.crop_share = 0.0;
  trial.config.data.validation_share = 0.5;
  trial.config.train.learning_rate = 0.02;
  const auto all = train_trial(data, trial);
  trial.without_channel = 1;
  const auto without_noise = train_trial(data, trial);
  trial.without_channel = 0;
  const auto without_class = train_trial(data, trial);
  EXPECT_GE(all.accuracy.value, 0.9);
  EXPECT_GE(without_noise.accuracy.value, 0.9);
  EXPECT_LT(without_class.accuracy.value, 0.85) << "chance is 0.5: 60 images, the best of 4 epochs";
}

// A batch that the set cannot fill is an error of the configuration.
TEST(TrainTrial, RejectsABatchAboveTheSet) {
  const SearchData data{random_dataset(60, 12, 10), 0, "fingerprint"};
  auto trial = quick_trial(1);
  trial.config.train.batch_size = 500;
  expect_error("config.train", [&] { train_trial(data, trial); });
}

}  // namespace
}  // namespace digits
