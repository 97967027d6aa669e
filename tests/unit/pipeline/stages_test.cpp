#include "pipeline/stages.h"

#include <fmt/format.h>

#include "base/files.h"
#include "data/image_file.h"
#include "support/testing.h"

namespace digits {
namespace {

// Validation images are not trained on: the parts share no image, and together are the whole set.
TEST(SplitStage, PartsShareNoImage) {
  const auto set = random_dataset(60, 12, 10);
  Config config;
  config.train.batch_size = 8;
  config.data.validation_share = 0.25;
  const auto parts = split_stage(set, config);
  EXPECT_EQ(parts.training.size() + parts.validation.size(), 60U);
  EXPECT_EQ(parts.validation.size(), 15U);
  EXPECT_TRUE(validate_leakage(parts.training, parts.validation).empty());
}

// The set's own validation part is used unchanged.
TEST(SplitStage, TakesTheSetsOwnValidationPart) {
  const auto set = random_dataset(60, 12, 10);
  Config config;
  config.train.batch_size = 8;
  const auto parts = split_stage(set, config, 7);
  EXPECT_EQ(parts.training.size(), 53U);
  EXPECT_EQ(parts.validation.size(), 7U);
  EXPECT_TRUE(
      std::equal(parts.validation.images.begin(), parts.validation.images.end(), set.image(53)));
}

// The training part alone is that of the whole set: drawn or from IDX files, of which those of the
// test part may be missing.
TEST(AcquireTraining, IsTheTrainingPartWithoutTheTestSet) {
  Config config;
  config.data.synthetic_train = 30;
  config.data.synthetic_test = 10;
  EXPECT_EQ(fingerprint(acquire_training(config).train), fingerprint(acquire(config).train));
  EXPECT_EQ(acquire_training(config).test.size(), 0U);
  EXPECT_EQ(acquire_training(config).validation, 0U);  // no part of its own
  EXPECT_EQ(acquire(config).validation, 0U);

  const TemporaryDirectory folder;
  const auto set = random_dataset(12);
  save_dataset(folder.path(), Part::kTrain, set);
  config.data.source = folder.path();
  EXPECT_EQ(fingerprint(acquire_training(config).train), fingerprint(set));
  expect_error("input.missing", [&] { acquire(config); });
}

// Of class folders, which have no file for each part, the test part is dropped.
TEST(AcquireTraining, DropsTheTestPartOfClassFolders) {
  const TemporaryDirectory folder;
  const auto set = random_dataset(20, 12, 10, 1, 2);
  for (std::size_t i = 0; i < set.size(); ++i) {
    const auto path = folder / std::string(set.labels[i] == 0 ? "a" : "b");
    std::filesystem::create_directories(path);
    write_file(path / fmt::format("{}.png", i), encode_png(set.image(i), set.schema));
  }
  Config config;
  config.data.source = folder.path();
  ASSERT_GT(acquire(config).test.size(), 0U);
  EXPECT_EQ(acquire_training(config).test.size(), 0U);
  EXPECT_EQ(fingerprint(acquire_training(config).train), fingerprint(acquire(config).train));
}

// The parts share no key, or the test set would hold training digits.
TEST(SyntheticOptions, TestDigitsComeAfterTheTrainingDigits) {
  Config config;
  config.data.synthetic_train = 70;
  config.data.synthetic_test = 30;
  const auto train = synthetic_options(config, Part::kTrain);
  const auto test = synthetic_options(config, Part::kTest);
  EXPECT_EQ(train.count, 70U);
  EXPECT_EQ(test.count, 30U);
  EXPECT_GE(test.first_index, train.first_index + train.count);
}

// One class is a number like any other; without a number all ten digits are drawn.
TEST(SyntheticOptions, DrawTheConfiguredClasses) {
  Config config;
  EXPECT_EQ(synthetic_options(config, Part::kTrain).classes, 10);
  config.data.classes = 1;
  EXPECT_EQ(synthetic_options(config, Part::kTrain).classes, 1);
}

// "auto" and 0 are replaced, so that the written configuration repeats the run on other machines.
// The precision is decided later, by a check of the network's layers.
TEST(Resolve, ReplacesAutomaticValues) {
  const auto config = resolve(Config());
  EXPECT_GT(config.threads, 0);
  EXPECT_THAT(config.device, testing::AnyOf("cpu", "cuda"));
  EXPECT_EQ(config.train.precision, "auto");
}

}  // namespace
}  // namespace digits
