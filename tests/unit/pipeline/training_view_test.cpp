#include "pipeline/training_view.h"

#include "model/trainer.h"
#include "support/testing.h"

namespace digits {
namespace {

int seconds = 0;
TrainingView::Clock::time_point now() {
  return TrainingView::Clock::time_point(std::chrono::seconds(seconds));
}

// Two epochs of two steps. The rate counts the images and the time of the present epoch alone,
// without its validation; the accuracy is that of the epoch before. An epoch has a line, and so has
// a resumed training, unless all of its epochs are done.
TEST(TrainingView, CountsTheImagesOfAnEpoch) {
  TrainOptions options;
  options.epochs = 2;
  options.batch_size = 100;
  seconds = 0;
  testing::internal::CaptureStderr();  // no terminal: lines without a bar
  TrainingView view(options, now);
  view.on_resume(0, 0);
  view.on_resume(3, 1);
  view.on_resume(4, 2);
  StepRecord step;
  step.steps = 4;
  step.loss = 0.12345;
  std::vector<std::string> texts;
  for (const int time : {1, 4, 9, 10}) {
    seconds = time;
    ++step.step;
    texts.push_back(view.on_step(step));
    EpochRecord epoch;
    epoch.epoch = 1;
    epoch.train_loss = 0.25;
    epoch.validation_loss = 0.5;
    epoch.validation_accuracy.value = 0.9812;
    epoch.images = 3000;
    epoch.train_seconds = 2.0;
    epoch.seconds = 2.5;
    seconds = 8;
    if (step.step == 2) view.on_epoch(epoch);
  }
  const auto lines = testing::internal::GetCapturedStderr();
  EXPECT_THAT(texts, testing::ElementsAre("epoch 1/2  loss 0.123  accuracy -  100 images/s",
                                          "epoch 1/2  loss 0.123  accuracy -  50 images/s",
                                          "epoch 2/2  loss 0.123  accuracy 98.12 %  100 images/s",
                                          "epoch 2/2  loss 0.123  accuracy 98.12 %  100 images/s"));
  EXPECT_THAT(lines, testing::MatchesRegex(
                         "no training state was saved: starting again\ncontinuing after step 3\n"
                         "epoch 1/2  train loss 0.2500  validation loss 0.5000 accuracy 98.12 %  "
                         "1500 images/s  2.5 s  [0-9][0-9]:[0-9][0-9] left\n"));
}

}  // namespace
}  // namespace digits
