#include "model/epoch_record.h"

#include "support/testing.h"

namespace digits {
namespace {

EpochRecord record_of(int epoch, double accuracy, double train_seconds, double wait_seconds) {
  EpochRecord record;
  record.epoch = epoch;
  record.validation_accuracy.value = accuracy;
  record.images = 600;
  record.train_seconds = train_seconds;
  record.wait_seconds = wait_seconds;
  record.seconds = train_seconds + 1.0;
  record.peak_memory_bytes = epoch == 1 ? 70 : 50;
  return record;
}

// The checkpoint of the best epoch is overwritten on a tie, so the later epoch is the best here
// too.
TEST(BestEpoch, IsTheLaterEpochOnATie) {
  EXPECT_EQ(
      best_epoch({record_of(1, .8, 1, 0), record_of(2, .9, 1, 0), record_of(3, .9, 1, 0)}).epoch,
      3);
  EXPECT_EQ(best_epoch({record_of(1, .9, 1, 0), record_of(2, .8, 1, 0)}).epoch, 1);
  EXPECT_EQ(best_epoch({record_of(1, .9, 1, 0)}).epoch, 1);
}

// By hand: 1200 images in 2 + 4 s, of which 0.3 s were waiting, 5 %. The first epoch waited 10 %
// and the second 2.5 %: the times are added, not the shares averaged.
TEST(TrainingSummary, AddsUpTheEpochs) {
  const auto sum = summarise({record_of(1, .8, 2.0, 0.2), record_of(2, .9, 4.0, 0.1)});
  EXPECT_EQ(sum.images, 1200U);
  EXPECT_DOUBLE_EQ(sum.train_seconds, 6.0);
  EXPECT_DOUBLE_EQ(sum.seconds, 8.0);
  EXPECT_DOUBLE_EQ(images_per_second(sum), 200.0);
  EXPECT_DOUBLE_EQ(wait_share(sum), 0.05);
  EXPECT_EQ(sum.peak_memory_bytes, 70);  // the largest, not the last
}

TEST(TrainingSummary, WithoutTimeHasNoRate) {
  EXPECT_EQ(images_per_second(summarise({})), 0.0);
  EXPECT_EQ(wait_share(summarise({})), 0.0);
}

// A record starts at zero, since an epoch adds to its sums, and so does the summary.
TEST(EpochRecord, StartsAtZero) {
  for (const Json& document : {Json(EpochRecord{}), Json(summarise({}))}) {
    const Json values = document.flatten();
    for (const auto& [key, value] : values.items()) EXPECT_EQ(value, 0) << key;
  }
}

// The keys of history.jsonl, and of the summary that commands print.
TEST(EpochRecord, HasTheDocumentedKeys) {
  const auto keys = [](const Json& json) {
    std::vector<std::string> names;
    for (const auto& [key, value] : json.items()) names.push_back(key);
    return names;
  };
  EXPECT_THAT(
      keys(record_of(1, .8, 1, 0)),
      testing::ElementsAre("epoch", "train_loss", "validation_loss", "validation_accuracy",
                           "gradient_norm", "learning_rate", "images", "seconds", "train_seconds",
                           "wait_seconds", "images_per_second", "peak_memory_bytes"));
  EXPECT_THAT(keys(summarise({})),
              testing::ElementsAre("images", "seconds", "train_seconds", "wait_seconds",
                                   "images_per_second", "peak_memory_bytes", "wait_share"));
}

// Rates of an epoch of half a second, as on a small set: 600 images, an eighth of a second waiting.
TEST(TrainingSummary, CountsPartsOfASecond) {
  const auto record = record_of(1, .8, 0.5, 0.125);
  EXPECT_DOUBLE_EQ(images_per_second(record), 1200.0);
  EXPECT_DOUBLE_EQ(wait_share(record), 0.25);
  EXPECT_DOUBLE_EQ(wait_share(summarise({record})), 0.25);
}

}  // namespace
}  // namespace digits
