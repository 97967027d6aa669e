#include "pipeline/fit_to_set.h"

#include <string>

#include "base/error.h"
#include "base/log.h"
#include "pipeline/stages.h"
#include "support/testing.h"

namespace digits {
namespace {

// The preset's batch size is kept while it is at most its share of the set: 54,000 / 8 > 256.
TEST(FittingBatchSize, KeepsTheSizeOnALargeSet) {
  EXPECT_EQ(fitting_batch_size(54000, 256, 0.125), 256);
  EXPECT_EQ(fitting_batch_size(54000, 100, 0.125), 100);  // also if it is no power of two
  EXPECT_EQ(fitting_batch_size(2048, 256, 0.125), 256);   // exactly an eighth
}

// 216 / 8 = 27: the power of two below is 16. Batch norm needs at least two images.
TEST(FittingBatchSize, IsAPowerOfTwoOnASmallSet) {
  EXPECT_EQ(fitting_batch_size(2047, 256, 0.125), 128);
  EXPECT_EQ(fitting_batch_size(216, 256, 0.125), 16);
  EXPECT_EQ(fitting_batch_size(9, 256, 0.125), 2);
}

// A batch size set by the user has a share of 1 and is kept, even if it is too large: then training
// rejects it by name.
TEST(FittingBatchSize, KeepsASizeThatWasSet) { EXPECT_EQ(fitting_batch_size(216, 250, 1.0), 250); }

// 216 images in batches of 16 make 13 steps an epoch: 600 steps take 46.2 epochs, so 47.
TEST(FittingEpochs, ReachTheMinimumSteps) {
  EXPECT_EQ(fitting_epochs(216, 16, 8, 600), 47);
  EXPECT_EQ(fitting_epochs(208, 16, 8, 598), 46);  // 13 steps, 46 epochs exactly
  EXPECT_EQ(fitting_epochs(54000, 256, 8, 600), 8);
  EXPECT_EQ(fitting_epochs(216, 16, 8, 0), 8);
  EXPECT_EQ(fitting_epochs(10, 16, 8, 600),
            600);  // no whole batch: rejected later, no division by 0
}

// The map keeps 14 pixels: MNIST's 28 are halved, smaller images are not, larger ones are divided
// by more.
TEST(FittingPatch, KeepsFourteenPixels) {
  EXPECT_EQ(fitting_patch(8), 1);
  EXPECT_EQ(fitting_patch(27), 1);
  EXPECT_EQ(fitting_patch(28), 2);
  EXPECT_EQ(fitting_patch(55), 2);
  EXPECT_EQ(fitting_patch(56), 4);
  EXPECT_EQ(fitting_patch(112), 8);
  EXPECT_EQ(fitting_patch(1000), 8);
}

// A batch of at most an eighth of the set, and at least 600 steps. A second fit changes nothing.
TEST(FitToSet, IsIdempotent) {
  const auto set = random_dataset(100, 60, 20);
  const auto fitted = fit_to_set(preset_config("standard"), set);
  EXPECT_EQ(fitted.train.batch_size, 8);  // 100 / 8 = 12.5
  EXPECT_EQ(fitted.train.epochs, 50);     // 12 steps an epoch, 600 in all
  EXPECT_EQ(to_toml(fit_to_set(fitted, set)), to_toml(fitted));
}

// The shorter side decides the patch. A patch set by the user stays.
TEST(FitToSet, ShorterSideDecidesThePatch) {
  const auto set = random_dataset(100, 60, 20);
  auto config = preset_config("standard");
  EXPECT_EQ(fit_to_set(config, set).network.patch, 1);
  config.network.patch = 4;
  EXPECT_EQ(fit_to_set(config, set).network.patch, 4);
}

// A value set in a file is kept: the options that would change it are off.
TEST(FitToSet, KeepsValuesOfTheFile) {
  const auto set = random_dataset(100);
  const auto base = preset_config("standard");
  const auto epochs = fit_to_set(parse_config("[train]\nepochs = 3", "test", base), set);
  EXPECT_EQ(epochs.train.epochs, 3);
  EXPECT_EQ(epochs.train.batch_size, 8);
  const auto batch = fit_to_set(parse_config("[train]\nbatch_size = 50", "test", base), set);
  EXPECT_EQ(batch.train.batch_size, 50);
  EXPECT_EQ(batch.train.epochs, 300);  // 2 steps an epoch
}

// A run whose configuration was fitted can be resumed by its original file. A value set in the file
// is compared directly.
TEST(FitToSet, OriginalFileResumesTheRun) {
  const auto asked = preset_config("standard");
  const auto fitted = fit_to_set(asked, random_dataset(100));
  ASSERT_NE(to_toml(asked), to_toml(fitted));
  EXPECT_EQ(to_toml(with_fitted_values(asked, fitted)), to_toml(fitted));
  const auto set =
      parse_config("[network]\npatch = 8\n[train]\nepochs = 3\nbatch_size = 9", "test", asked);
  const auto kept = with_fitted_values(set, fitted);
  EXPECT_EQ(kept.network.patch, 8);
  EXPECT_EQ(kept.train.epochs, 3);
  EXPECT_EQ(kept.train.batch_size, 9);
}

// Every preset trains on ten images of two classes without an error about the batch size.
TEST(FitStage, EveryPresetTrainsOnTenImages) {
  const auto set = random_dataset(10, 8, 8, 3, 2);
  for (const char* preset : {"fast", "standard", "accurate"}) {
    EXPECT_EQ(fit_stage(preset_config(preset), set).train.batch_size, 2) << preset;
  }
}

// The user is told of each value that is fitted: of both, of the batch size alone, of the epochs
// alone, and nothing when the file sets both.
TEST(FitStage, TellsTheFittedValues) {
  const auto told = [](const std::string& text) {
    auto config = parse_config(text, "test", preset_config("standard"));
    config.device = "cpu";
    testing::internal::CaptureStderr();
    start_logging();
    fit_stage(config, random_dataset(100, 8, 8));
    return testing::internal::GetCapturedStderr();
  };
  EXPECT_EQ(told(""), "[info] 100 training images: 50 epochs in batches of 8\n");
  EXPECT_EQ(told("[train]\nepochs = 3"), "[info] 100 training images: 3 epochs in batches of 8\n");
  EXPECT_EQ(told("[train]\nbatch_size = 50"),
            "[info] 100 training images: 300 epochs in batches of 50\n");
  EXPECT_EQ(told("[train]\nepochs = 3\nbatch_size = 9"), "");
}

// The error names the key, its value, the largest possible value, and the option to set.
TEST(FitStage, NamesTheImpossibleValue) {
  auto config = preset_config("standard");
  config.train.batch_size = 256;
  config.train.max_batch_share = 1.0;
  try {
    fit_stage(config, random_dataset(216));
    FAIL() << "a batch of 256 fits into 216 images";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), "config.train");
    EXPECT_STREQ(error.what(),
                 "train.batch_size is 256, expected at most 216, the number of training images");
    EXPECT_THAT(error.hint(), testing::HasSubstr("--batch-size to 27 or less"));
  }
}

}  // namespace
}  // namespace digits
