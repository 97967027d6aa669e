#include "model/training_batches.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cstdint>

#include "model/tensors.h"
#include "support/testing.h"

namespace digits {
namespace {

BatchOptions options_from(std::size_t first_batch) {
  BatchOptions options;
  options.batch_size = 8;
  options.seed = test_seed();
  options.epoch = 2;
  options.first_batch = first_batch;
  return options;
}

// A set that stays on the device gives the streamed batches, to the bit, from any batch on and with
// a smaller one at the end. So augmentation alone decides the result, not the way of loading.
TEST(TrainingBatches, OnTheDeviceEqualStreamedBatches) {
  const auto set = random_dataset(30, 6, 5, 3);
  TrainingBatches on_device(set, {}, at::kCPU);
  for (const std::size_t first : {0, 2, 3}) {
    BatchStream stream(set, options_from(first));
    on_device.start(options_from(first));
    TensorBatch batch;
    Batch bytes;
    std::size_t batches = first;
    for (; on_device.next(batch); ++batches) {
      ASSERT_TRUE(stream.next(bytes));
      EXPECT_TRUE(
          batch.images.equal(byte_tensor(bytes.images.data(), bytes.labels.size(), set.schema)));
      EXPECT_TRUE(batch.labels.equal(label_tensor(bytes.labels, at::kCPU)));
    }
    EXPECT_FALSE(stream.next(bytes));
    EXPECT_EQ(batches, 4U);
  }
}

// Without augmentation the set is copied at the start: its labels of that moment are those of the
// batches.
TEST(TrainingBatches, CopyTheSetAtTheStart) {
  auto set = random_dataset(8);
  std::fill(set.labels.begin(), set.labels.end(), std::uint8_t{1});
  TrainingBatches batches(set, {}, at::kCPU);
  std::fill(set.labels.begin(), set.labels.end(), std::uint8_t{2});
  batches.start(options_from(0));
  TensorBatch batch;
  ASSERT_TRUE(batches.next(batch));
  EXPECT_TRUE(batch.labels.equal(at::full({8}, 1, at::kLong)));
}

// Augmented batches are streamed, each image changed by its own key.
TEST(TrainingBatches, AugmentEachEpochDifferently) {
  const auto set = random_dataset(16, 12, 10);
  AugmentOptions augment;
  augment.shift = 2.0;
  TrainingBatches batches(set, augment, at::kCPU);
  const auto first_of = [&](std::uint64_t epoch) {
    auto options = options_from(0);
    options.epoch = epoch;
    options.augment = augment;
    batches.start(options);
    TensorBatch batch;
    EXPECT_TRUE(batches.next(batch));
    return batch.images.clone();
  };
  const auto first = first_of(1);
  EXPECT_FALSE(first.equal(first_of(2)));
  EXPECT_TRUE(first.equal(first_of(1)));
}

}  // namespace
}  // namespace digits
