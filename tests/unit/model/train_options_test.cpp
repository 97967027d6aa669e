// The values with which a training is possible, and the error for each other one.
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "base/error.h"
#include "model/trainer.h"
#include "support/testing.h"

namespace digits {
namespace {

// Each value at its bound is possible.
TEST(RequireTrainable, AcceptsTheBounds) {
  TrainOptions options;
  options.epochs = 1;
  options.batch_size = 2;
  options.learning_rate = std::numeric_limits<double>::min();
  options.weight_decay = 0.0;
  options.label_smoothing = 0.0;
  options.average = 0.0;
  EXPECT_NO_THROW(require_trainable(options, 2));
  options.label_smoothing = options.average = std::nextafter(1.0, 0.0);
  options.batch_size = 6;
  EXPECT_NO_THROW(require_trainable(options, 6, 3));
}

struct Impossible {
  void (*change)(TrainOptions& options);  // of options for 100 images
  std::string message;
  std::string hint;
  int ranks = 1;
};

const std::vector<Impossible>& impossible_values() {
  static const std::vector<Impossible> all{
      {[](TrainOptions& o) { o.epochs = 0; }, "epochs is 0, expected 1 or more", "set --epochs"},
      {[](TrainOptions& o) { o.batch_size = 1; }, "batch_size is 1, expected 2 or more",
       "set --batch-size"},
      {[](TrainOptions& o) { o.batch_size = 5; },
       "batch_size is 5, expected at least 6, two images for each of the 3 ranks",
       "set --batch-size, or start fewer processes", 3},
      {[](TrainOptions& o) { o.batch_size = 101; },
       "batch_size is 101, expected at most 100, the number of training images",
       "set --batch-size to 12 or less, or leave it to the preset"},
      {[](TrainOptions& o) { o.label_smoothing = 1.5; },
       "label_smoothing is 1.5, expected 0 or more, and less than 1", "0 switches it off"},
      {[](TrainOptions& o) { o.average = -0.5; },
       "average is -0.5, expected 0 or more, and less than 1", "0 switches it off"},
      {[](TrainOptions& o) { o.learning_rate = 0.0; },
       "learning_rate is 0, expected a number above 0", "the presets use 0.006 to 0.05"},
      {[](TrainOptions& o) { o.learning_rate = INFINITY; },
       "learning_rate is inf, expected a number above 0", "the presets use 0.006 to 0.05"},
      {[](TrainOptions& o) { o.weight_decay = INFINITY; },
       "weight_decay is inf, expected a number of 0 or more", "the presets use 0.01"},
  };
  return all;
}

// The error names the key, the value, the possible values and a remedy. The hint names an eighth of
// the images as the largest batch.
TEST(RequireTrainable, NamesTheImpossibleValue) {
  for (const auto& [change, message, hint, ranks] : impossible_values()) {
    TrainOptions options;
    options.batch_size = 10;
    change(options);
    const int count = ranks;
    const auto error = error_of([&] { require_trainable(options, 100, count); });
    EXPECT_EQ(error.code(), "config.train");
    EXPECT_EQ(error.what(), "train." + message);
    EXPECT_EQ(error.hint(), hint);
  }
}

// Of few images an eighth is no batch: the hint names the smallest possible one instead, two images
// for each rank.
TEST(RequireTrainable, NamesAPossibleBatchOfFewImages) {
  const auto hint_for = [](int ranks) {
    TrainOptions options;
    options.batch_size = 11;
    return error_of([&] { require_trainable(options, 10, ranks); }).hint();
  };
  EXPECT_EQ(hint_for(1), "set --batch-size to 2 or less, or leave it to the preset");
  EXPECT_EQ(hint_for(3), "set --batch-size to 6 or less, or leave it to the preset");
}

}  // namespace
}  // namespace digits
