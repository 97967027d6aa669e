#include "data/split.h"

#include <rapidcheck.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/rng.h"
#include "support/testing.h"

namespace digits {
namespace {

std::vector<std::uint32_t> joined(const Split& split) {
  auto all = split.train;
  all.insert(all.end(), split.validation.begin(), split.validation.end());
  std::sort(all.begin(), all.end());
  return all;
}

// A set with these class counts, its labels in any order. Images do not matter.
Dataset labelled(const std::vector<int>& counts, std::uint64_t seed) {
  Dataset set;
  set.schema = {1, 1, 1, numbered_class_names(static_cast<int>(counts.size()))};
  for (std::size_t k = 0; k < counts.size(); ++k) {
    set.labels.insert(set.labels.end(), counts[k], static_cast<std::uint8_t>(k));
  }
  Rng(seed, Stream::kTest).shuffle(set.labels);
  set.images.resize(set.labels.size());
  return set;
}

// Any class counts, share and seed: every index is in exactly one part, and every class is split by
// the share to within one sample, with at least one on each side.
TEST(StratifiedSplit, IsAPartitionStratifiedWithinOneSample) {
  EXPECT_TRUE(rc::check("partition", [] {
    const auto counts = *rc::gen::nonEmpty(
        rc::gen::resize(12, rc::gen::container<std::vector<int>>(rc::gen::inRange(2, 60))));
    const double share = *rc::gen::inRange(1, 1000) / 1000.0;
    const auto seed = *rc::gen::arbitrary<std::uint64_t>();
    const auto set = labelled(counts, seed);
    const auto split = stratified_split(set, share, seed);

    std::vector<std::uint32_t> everything(set.size());
    std::iota(everything.begin(), everything.end(), 0U);
    RC_ASSERT(joined(split) == everything);
    RC_ASSERT(std::is_sorted(split.train.begin(), split.train.end()));
    RC_ASSERT(std::is_sorted(split.validation.begin(), split.validation.end()));
    const auto held_out = class_counts(subset(set, split.validation));
    for (std::size_t k = 0; k < counts.size(); ++k) {
      RC_ASSERT(std::abs(static_cast<double>(held_out[k]) - share * counts[k]) <= 1.0);
      RC_ASSERT(held_out[k] >= 1U);
      RC_ASSERT(static_cast<int>(held_out[k]) < counts[k]);
    }
  }));
}

TEST(StratifiedSplit, IsAFunctionOfTheSeed) {
  const auto set = random_dataset(300, 1, 2);
  const auto first = stratified_split(set, 0.2, test_seed());
  EXPECT_EQ(first.validation, stratified_split(set, 0.2, test_seed()).validation);
  EXPECT_NE(first.validation, stratified_split(set, 0.2, test_seed() + 1).validation);
}

TEST(StratifiedSplit, RejectsAShareOutsideZeroToOne) {
  const auto set = random_dataset(30);
  for (const double share : {0.0, 1.0, -0.5, std::nan("")}) {
    expect_error("config.split", [&] { stratified_split(set, share, 1); });
  }
}

TEST(StratifiedSplit, RejectsAClassOfOneSample) {
  expect_error("data.too_few", [] { stratified_split(random_dataset(4), 0.5, 1); });
}

// The set's own validation part is at the end.
TEST(SplitLast, TakesTheLastSamples) {
  const auto split = split_last(random_dataset(5), 2);
  EXPECT_THAT(split.train, testing::ElementsAre(0, 1, 2));
  EXPECT_THAT(split.validation, testing::ElementsAre(3, 4));
}

}  // namespace
}  // namespace digits
