#include "pipeline/stages.h"

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
