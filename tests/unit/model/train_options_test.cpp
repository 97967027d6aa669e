// The batch sizes with which a training is possible, and the error for each other one.
#include <string>
#include <vector>

#include "base/error.h"
#include "model/trainer.h"
#include "support/testing.h"

namespace digits {
namespace {

// A batch size at its bound is possible.
TEST(RequireTrainable, AcceptsTheBounds) {
  TrainOptions options;
  options.batch_size = 2;
  EXPECT_NO_THROW(require_trainable(options, 2));
  options.batch_size = 6;
  EXPECT_NO_THROW(require_trainable(options, 6, 3));
}

struct Impossible {
  std::size_t batch;  // of 100 images
  std::string message;
  std::string hint;
  int ranks = 1;
};

const std::vector<Impossible>& impossible_batches() {
  static const std::vector<Impossible> all{
      {1, "expected 2 or more", "set --batch-size"},
      {5, "expected at least 6, two images for each of the 3 ranks",
       "set --batch-size, or start fewer processes", 3},
      {101, "expected at most 100, the number of training images",
       "set --batch-size to 12 or less, or leave it to the preset"},
  };
  return all;
}

// The error names the key, the value, the possible values and a remedy. The hint names an eighth of
// the images as the largest batch.
TEST(RequireTrainable, NamesTheImpossibleBatch) {
  for (const auto& one : impossible_batches()) {
    TrainOptions options;
    options.batch_size = one.batch;
    const auto error = error_of([&] { require_trainable(options, 100, one.ranks); });
    EXPECT_EQ(error.code(), "config.train");
    EXPECT_EQ(error.what(),
              "train.batch_size is " + std::to_string(one.batch) + ", " + one.message);
    EXPECT_EQ(error.hint(), one.hint);
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
