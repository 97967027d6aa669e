#include "base/rng.h"

#include <cmath>
#include <numeric>
#include <set>

#include "support/testing.h"

namespace digits {
namespace {

using Block = std::array<std::uint32_t, 4>;

// The known-answer vectors that the authors publish with Random123.
TEST(Philox, MatchesThePublishedVectors) {
  EXPECT_EQ(philox4x32({0, 0, 0, 0}, {0, 0}),
            (Block{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  EXPECT_EQ(philox4x32({0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, {0xffffffff, 0xffffffff}),
            (Block{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(philox4x32({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
            (Block{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

// The same key gives the same sequence. A change of any part of the key gives another one.
TEST(Rng, IsAFunctionOfItsWholeKey) {
  const auto seed = test_seed();
  Rng base(seed, Stream::kAugment, 7);
  Rng same(seed, Stream::kAugment, 7);
  Rng other_seed(seed + 1, Stream::kAugment, 7);
  Rng other_stream(seed, Stream::kShuffle, 7);
  Rng other_index(seed, Stream::kAugment, 8);
  const auto first = base.next();
  EXPECT_EQ(first, same.next());
  EXPECT_NE(first, other_seed.next());
  EXPECT_NE(first, other_stream.next());
  EXPECT_NE(first, other_index.next());
}

// An index above 2^32 is not truncated: epoch and sample share one 64-bit index.
TEST(Rng, UsesAllBitsOfTheIndex) {
  Rng low(test_seed(), Stream::kAugment, 5);
  Rng high(test_seed(), Stream::kAugment, 5 + (std::uint64_t{1} << 32));
  EXPECT_NE(low.next(), high.next());
}

// Mean of n uniform draws: 1/2 with standard error sqrt(1/12n); five of them is one in two million.
TEST(Rng, UniformFillsTheUnitInterval) {
  Rng rng(test_seed(), Stream::kTest);
  constexpr int n = 20000;
  double sum = 0.0;
  for (int i = 0; i < n; ++i) {
    const double u = rng.uniform();
    ASSERT_GE(u, 0.0);
    ASSERT_LT(u, 1.0);
    sum += u;
  }
  EXPECT_NEAR(sum / n, 0.5, 5.0 * std::sqrt(1.0 / (12.0 * n)));
}

// Mean 0 with standard error sqrt(1/n), variance 1 with standard error sqrt(2/n); five of each.
TEST(Rng, NormalHasMeanZeroAndVarianceOne) {
  Rng rng(test_seed(), Stream::kTest);
  constexpr int n = 20000;
  double sum = 0.0;
  double squares = 0.0;
  for (int i = 0; i < n; ++i) {
    const double z = rng.normal();
    sum += z;
    squares += z * z;
  }
  EXPECT_NEAR(sum / n, 0.0, 5.0 * std::sqrt(1.0 / n));
  EXPECT_NEAR(squares / n, 1.0, 5.0 * std::sqrt(2.0 / n));
}

// Each of three values about n/3 times: standard deviation sqrt(n * 1/3 * 2/3), five of them.
TEST(Rng, BelowIsUnbiasedAndInRange) {
  Rng rng(test_seed(), Stream::kTest);
  constexpr int n = 30000;
  std::array<int, 3> counts{};
  for (int i = 0; i < n; ++i) ++counts.at(rng.below(3));
  for (const int count : counts) EXPECT_NEAR(count, n / 3.0, 5.0 * std::sqrt(n * 2.0 / 9.0));
  EXPECT_EQ(rng.below(1), 0U);
}

// By hand, from the first five words of seed 1: word * bound / 2^32, rounded down. A half of 2^32
// rejects no word. Three quarters reject the multiples of 4, whose products are biased: the second
// word and the fourth.
TEST(Rng, BelowRejectsBiasedProductsOnly) {
  Rng half(1, Stream::kTest);
  for (const auto value : {255709692U, 365004196U, 870274449U, 153049530U}) {
    EXPECT_EQ(half.below(1U << 31), value);
  }
  Rng three_quarters(1, Stream::kTest);
  for (const auto value : {383564538U, 1305411674U, 2648339878U}) {
    EXPECT_EQ(three_quarters.below(3U << 30), value);
  }
}

// A single value has only one place: no number is drawn for it. Two values need one number.
TEST(Rng, ShuffleDrawsNothingForTheLastValue) {
  for (const std::size_t count : {0, 1, 2}) {
    Rng shuffled(test_seed(), Stream::kTest);
    Rng drawn(test_seed(), Stream::kTest);
    std::vector<int> values(count);
    shuffled.shuffle(values);
    if (count == 2) drawn.below(2);
    EXPECT_EQ(shuffled.next(), drawn.next()) << count;
  }
}

// A key without an index has the index 0.
TEST(Rng, IndexIsZeroByDefault) {
  const auto seed = test_seed();
  EXPECT_EQ(Rng(seed, Stream::kTest).next(), Rng(seed, Stream::kTest, 0).next());
  EXPECT_EQ(permutation(50, seed, Stream::kTest), permutation(50, seed, Stream::kTest, 0));
}

TEST(Permutation, HoldsEveryIndexOnce) {
  const auto order = permutation(1000, test_seed(), Stream::kShuffle);
  EXPECT_EQ(std::set<std::uint32_t>(order.begin(), order.end()).size(), 1000U);
  EXPECT_EQ(*std::max_element(order.begin(), order.end()), 999U);
}

// The order is not the identity, and differs by epoch: the chance of a coincidence is 1/1000!.
TEST(Permutation, DependsOnTheEpoch) {
  std::vector<std::uint32_t> identity(1000);
  std::iota(identity.begin(), identity.end(), 0U);
  const auto first = permutation(1000, test_seed(), Stream::kShuffle, 1);
  EXPECT_NE(first, identity);
  EXPECT_NE(first, permutation(1000, test_seed(), Stream::kShuffle, 2));
  EXPECT_EQ(first, permutation(1000, test_seed(), Stream::kShuffle, 1));
}

TEST(Permutation, OfNoElementsIsEmpty) {
  EXPECT_TRUE(permutation(0, test_seed(), Stream::kShuffle).empty());
}

// The numbers of seed 1, computed by another program: a set that a package names can be drawn again
// on every machine and by every later version. Each stream has its own first number.
TEST(Rng, DrawsTheSameNumbersInEveryVersion) {
  const auto first = [](Stream stream) { return Rng(1, stream).next(); };
  EXPECT_EQ(first(Stream::kSplit), 2202007772U);
  EXPECT_EQ(first(Stream::kShuffle), 3862289388U);
  EXPECT_EQ(first(Stream::kAugment), 3925146320U);
  EXPECT_EQ(first(Stream::kSynthetic), 3332484485U);
  EXPECT_EQ(first(Stream::kWeights), 1004882374U);
  EXPECT_EQ(first(Stream::kTest), 511419385U);
  EXPECT_EQ(first(Stream::kTestPart), 445668367U);
  EXPECT_EQ(first(Stream::kBootstrap), 4044909264U);
  EXPECT_EQ(first(Stream::kPerturb), 1807634784U);
  Rng words(1, Stream::kTest);
  for (const auto word : {511419385U, 730008392U, 1740548899U, 306099060U, 3531119838U}) {
    EXPECT_EQ(words.next(), word);
  }
  EXPECT_EQ(Rng(1, Stream::kTest).uniform(), 1072524145069101.0 * 0x1p-53);
  EXPECT_THAT(permutation(8, 1, Stream::kShuffle), testing::ElementsAre(2, 5, 4, 3, 1, 6, 0, 7));
  EXPECT_THAT(permutation(8, 1, Stream::kShuffle, 3), testing::ElementsAre(5, 1, 6, 3, 2, 7, 0, 4));
}

}  // namespace
}  // namespace digits
