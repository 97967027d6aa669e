#include "pipeline/training_view.h"

#include "support/testing.h"

namespace digits {
namespace {

TEST(TrainingView, FormatsAStep) {
  EXPECT_EQ(step_text(1, 8, 0.12345, {}, 12345.6),
            "epoch 1/8  loss 0.123  accuracy -  12346 images/s");
  EXPECT_EQ(step_text(2, 8, 0.5, 0.9812, 900.0),
            "epoch 2/8  loss 0.500  accuracy 98.12 %  900 images/s");
}

TEST(TrainingView, FormatsAnEpoch) {
  EpochRecord record;
  record.epoch = 2;
  record.train_loss = 0.25;
  record.validation_loss = 0.5;
  record.validation_accuracy.value = 0.9812;
  record.images = 3000;
  record.train_seconds = 2.0;
  record.seconds = 2.5;
  EXPECT_EQ(epoch_text(record, 8, "00:15 left"),
            "epoch 2/8  train loss 0.2500  validation loss 0.5000 accuracy 98.12 %  1500 images/s  "
            "2.5 s  00:15 left");
}

}  // namespace
}  // namespace digits
