#include "data/split.h"

#include <rapidcheck.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "support/testing.h"

namespace digits {
namespace {

std::vector<std::uint32_t> joined(const Split& split) {
  auto all = split.train;
  all.insert(all.end(), split.validation.begin(), split.validation.end());
  std::sort(all.begin(), all.end());
  return all;
}

// Any size, share and seed: every index in exactly one part, and every class split by the share to
// within one sample.
TEST(StratifiedSplit, IsAPartitionStratifiedWithinOneSample) {
  EXPECT_TRUE(rc::check("partition", [] {
    const auto n = *rc::gen::inRange<std::size_t>(6, 200);
    const double share = *rc::gen::inRange(1, 100) / 100.0;
    const auto seed = *rc::gen::arbitrary<std::uint64_t>();
    const auto set = random_dataset(n, 1, 2);
    const auto split = stratified_split(set, share, seed);

    std::vector<std::uint32_t> everything(n);
    std::iota(everything.begin(), everything.end(), 0U);
    RC_ASSERT(joined(split) == everything);
    const auto all = class_counts(set);
    const auto held_out = class_counts(subset(set, split.validation));
    for (std::size_t k = 0; k < all.size(); ++k) {
      RC_ASSERT(std::abs(static_cast<double>(held_out[k]) - share * static_cast<double>(all[k])) <=
                1.0);
      RC_ASSERT(held_out[k] >= 1U);
      RC_ASSERT(held_out[k] < all[k]);
    }
  }));
}

TEST(StratifiedSplit, IsAFunctionOfTheSeed) {
  const auto set = random_dataset(300, 1, 2);
  const auto first = stratified_split(set, 0.2, test_seed());
  EXPECT_EQ(first.validation, stratified_split(set, 0.2, test_seed()).validation);
  EXPECT_NE(first.validation, stratified_split(set, 0.2, test_seed() + 1).validation);
}

TEST(StratifiedSplit, RefusesAShareThatLeavesNothing) {
  const auto set = random_dataset(30);
  for (const double share : {0.0, 1.0, -0.5, std::nan("")}) {
    expect_error("config.split", [&] { stratified_split(set, share, 1); });
  }
}

TEST(StratifiedSplit, RefusesAClassOfOneSample) {
  expect_error("data.too_few", [] { stratified_split(random_dataset(4), 0.5, 1); });
}

}  // namespace
}  // namespace digits
