#include "data/batches.h"

#include <rapidcheck.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <set>

#include "base/parallel.h"
#include "base/rng.h"
#include "data/augment.h"
#include "support/testing.h"

namespace digits {
namespace {

BatchOptions options_of(std::size_t batch_size) {
  BatchOptions options;
  options.batch_size = batch_size;
  options.seed = test_seed();
  return options;
}

std::vector<Batch> all_batches(const Dataset& set, const BatchOptions& options) {
  BatchStream stream(set, options);
  std::vector<Batch> batches;
  for (Batch batch; stream.next(batch);) batches.push_back(batch);
  return batches;
}

std::vector<std::uint32_t> all_indices(const std::vector<Batch>& batches) {
  std::vector<std::uint32_t> indices;
  for (const auto& batch : batches) {
    indices.insert(indices.end(), batch.indices.begin(), batch.indices.end());
  }
  return indices;
}

TEST(BatchStream, VisitsEverySampleOnceAnEpoch) {
  const auto set = random_dataset(103);
  auto indices = all_indices(all_batches(set, options_of(10)));
  ASSERT_EQ(indices.size(), 103U);
  std::sort(indices.begin(), indices.end());
  for (std::uint32_t i = 0; i < 103; ++i) EXPECT_EQ(indices[i], i);
}

// Detects a bug that the accuracy shows late: images shuffled without their labels.
TEST(BatchStream, KeepsLabelsWithTheirImages) {
  const auto set = random_dataset(50);
  const auto bytes = set.schema.image_bytes();
  for (const auto& batch : all_batches(set, options_of(7))) {
    for (std::size_t k = 0; k < batch.indices.size(); ++k) {
      const auto i = batch.indices[k];
      EXPECT_EQ(batch.labels[k], set.labels[i]);
      EXPECT_TRUE(std::equal(set.image(i), set.image(i) + bytes, &batch.images[k * bytes]));
    }
  }
}

TEST(BatchStream, ShufflesEachEpochDifferently) {
  const auto set = random_dataset(100);
  auto options = options_of(10);
  const auto first = all_indices(all_batches(set, options));
  EXPECT_FALSE(std::is_sorted(first.begin(), first.end()));
  EXPECT_EQ(first, all_indices(all_batches(set, options)));
  options.epoch = 1;
  EXPECT_NE(first, all_indices(all_batches(set, options)));
}

TEST(BatchStream, KeepsTheOrderWithoutShuffling) {
  auto options = options_of(10);
  options.shuffle = false;
  const auto indices = all_indices(all_batches(random_dataset(25), options));
  EXPECT_TRUE(std::is_sorted(indices.begin(), indices.end()));
}

TEST(BatchStream, DropsAPartialBatchOnlyWhenConfigured) {
  const auto set = random_dataset(25);
  auto options = options_of(10);
  EXPECT_EQ(all_batches(set, options).back().labels.size(), 5U);
  EXPECT_EQ(batch_count(25, options), 3U);
  options.drop_last = true;
  EXPECT_EQ(all_batches(set, options).size(), 2U);
  EXPECT_EQ(batch_count(25, options), 2U);
}

// One epoch's images, by the index of their sample.
std::vector<std::vector<std::uint8_t>> by_sample(const Dataset& set, const BatchOptions& options) {
  std::vector<std::vector<std::uint8_t>> images(set.size());
  for (const auto& batch : all_batches(set, options)) {
    for (std::size_t k = 0; k < batch.indices.size(); ++k) {
      const auto* begin = &batch.images[k * set.schema.image_bytes()];
      images[batch.indices[k]].assign(begin, begin + set.schema.image_bytes());
    }
  }
  return images;
}

// A sample is augmented by its own key: the batch size, and so its batch, does not matter.
TEST(BatchStream, AugmentsASampleEquallyInAnyBatch) {
  const auto set = random_dataset(24, 8, 8);
  auto options = options_of(5);
  options.augment = {15.0, 2.0, 0.1, 0.1};
  const auto in_fives = by_sample(set, options);
  options.batch_size = 11;
  EXPECT_EQ(by_sample(set, options), in_fives);
}

// The samples of an epoch that were replaced by outliers. All others must equal those of the set.
std::set<std::uint32_t> outliers_of(const Dataset& set, const BatchOptions& options) {
  std::set<std::uint32_t> outliers;
  const auto bytes = set.schema.image_bytes();
  for (const auto& batch : all_batches(set, options)) {
    for (std::size_t k = 0; k < batch.indices.size(); ++k) {
      const auto i = batch.indices[k];
      const auto* image = &batch.images[k * bytes];
      const bool same = std::equal(image, image + bytes, set.image(i));
      if (batch.labels[k] == set.schema.classes()) {
        EXPECT_FALSE(same);
        outliers.insert(i);
      } else {
        EXPECT_EQ(batch.labels[k], set.labels[i]);
        EXPECT_TRUE(same);
      }
    }
  }
  return outliers;
}

// A fifth of 2,000 samples is 400; five standard deviations are 89. Another epoch replaces others:
// the two have 80 in common by chance, five standard deviations are 44.
TEST(BatchStream, ReplacesAShareOfTheSamplesByOutliers) {
  const auto set = random_dataset(2000, 4, 4);
  auto options = options_of(64);
  options.augment.outliers = 0.2;
  const auto first = outliers_of(set, options);
  EXPECT_NEAR(static_cast<double>(first.size()), 400, 89);
  options.epoch = 1;
  const auto second = outliers_of(set, options);
  EXPECT_NEAR(static_cast<double>(second.size()), 400, 89);
  std::vector<std::uint32_t> both;
  std::set_intersection(first.begin(), first.end(), second.begin(), second.end(),
                        std::back_inserter(both));
  EXPECT_LE(both.size(), 124U);
}

// The result is the same for any batch size, order and prefetch, with every kind of augmentation,
// and with any number of concurrent consumers.
TEST(BatchStream, AugmentationDependsOnTheKeyOnly) {
  EXPECT_TRUE(rc::check("by key", [] {
    const auto set = random_dataset(*rc::gen::inRange<std::size_t>(1, 20), 8, 8);
    BatchOptions options;
    options.seed = *rc::gen::arbitrary<std::uint64_t>();
    options.epoch = *rc::gen::inRange(0U, 100U);
    options.augment = {15.0, 2.0, 0.1, 0.1, 10.0, 2.0, 1.0, 0.1, 0.3, 0.3, 0.1, 0.3};
    const auto expected = by_sample(set, options);
    std::vector<BatchOptions> others(*rc::gen::inRange<std::size_t>(1, 4), options);
    for (auto& other : others) {
      other.batch_size = *rc::gen::inRange<std::size_t>(1, 25);
      other.prefetch = *rc::gen::inRange<std::size_t>(1, 6);
      other.shuffle = *rc::gen::arbitrary<bool>();
    }
    std::vector<int> same(others.size());
    parallel_for(others.size(), static_cast<int>(others.size()),
                 [&](std::size_t i) { same[i] = by_sample(set, others[i]) == expected ? 1 : 0; });
    RC_ASSERT(std::count(same.begin(), same.end(), 1) == static_cast<long>(same.size()));
  }));
}

TEST(BatchStream, AugmentsEachEpochDifferently) {
  const auto set = random_dataset(4, 8, 8);
  auto options = options_of(4);
  options.shuffle = false;
  options.augment = {15.0, 2.0, 0.1, 0.1};
  const auto first = all_batches(set, options).front().images;
  options.epoch = 1;
  EXPECT_NE(all_batches(set, options).front().images, first);
}

// Sample 2 of epoch 3 has the key 3 * 2^32 + 2. Without outliers all its numbers are for the
// augmentation. With outliers its first number decides: it must be below the share.
TEST(BatchStream, DrawsFromTheKeyOfSampleAndEpoch) {
  const auto set = random_dataset(4, 8, 8);
  auto options = options_of(4);
  options.shuffle = false;
  options.epoch = 3;
  options.augment = {15.0, 2.0, 0.1, 0.1};
  const Rng key(options.seed, Stream::kAugment, (std::uint64_t{3} << 32U) + 2);
  const auto bytes = set.schema.image_bytes();
  std::vector<std::uint8_t> expected(bytes);
  augment(options.augment, set.schema, set.image(2), expected.data(), key);
  const auto plain = all_batches(set, options).front();
  EXPECT_TRUE(std::equal(expected.begin(), expected.end(), &plain.images[2 * bytes]));

  const double first = Rng(key).uniform();
  options.augment.outliers = first;
  EXPECT_EQ(all_batches(set, options).front().labels[2], set.labels[2]);
  options.augment.outliers = std::nextafter(first, 1.0);
  EXPECT_EQ(all_batches(set, options).front().labels[2], set.schema.classes());
}

// A stream that begins in the middle of an epoch gives the same batches as the whole one from there
// on. At the end it gives none.
TEST(BatchStream, ResumesAtAnyBatch) {
  const auto set = random_dataset(25);
  auto options = options_of(4);
  options.augment = {15.0, 2.0, 0.1, 0.1};
  const auto all = all_batches(set, options);
  for (options.first_batch = 0; options.first_batch <= all.size(); ++options.first_batch) {
    const auto rest = all_batches(set, options);
    ASSERT_EQ(rest.size(), all.size() - options.first_batch);
    for (std::size_t i = 0; i < rest.size(); ++i) {
      EXPECT_EQ(rest[i].indices, all[options.first_batch + i].indices);
      EXPECT_EQ(rest[i].images, all[options.first_batch + i].images);
    }
  }
}

// Early destruction must not wait for a producer that waits for space.
TEST(BatchStream, CanBeDestroyedEarly) {
  const auto set = random_dataset(1000);
  auto options = options_of(1);
  options.prefetch = 1;
  BatchStream stream(set, options);
  Batch batch;
  EXPECT_TRUE(stream.next(batch));
}

TEST(BatchStream, OfAnEmptySetEndsAtOnce) {
  Dataset set = random_dataset(1);
  set.images.clear();
  set.labels.clear();
  EXPECT_TRUE(all_batches(set, options_of(3)).empty());
}

TEST(BatchStream, RejectsABatchSizeOfZero) {
  const auto set = random_dataset(3);
  expect_error("config.batch", [&] { BatchStream stream(set, options_of(0)); });
}

}  // namespace
}  // namespace digits
