#include "data/similar.h"

#include <rapidcheck.h>

#include <algorithm>
#include <numeric>

#include "base/rng.h"
#include "support/testing.h"

namespace digits {
namespace {

Selection all_of(const Dataset& set) {
  Selection selection{set, std::vector<std::size_t>(set.size())};
  std::iota(selection.indices.begin(), selection.indices.end(), std::size_t{0});
  return selection;
}

std::vector<std::size_t> images_of(const NearMatches& near) {
  std::vector<std::size_t> images;
  for (const auto& match : near.matches) images.push_back(match.image);
  return images;
}

// Copies of a few random images under noise of many strengths: distances on both sides of the
// bound.
Dataset noisy_copies(std::size_t n, int rows, int cols, int channels, std::uint64_t seed) {
  auto set = random_dataset(n, rows, cols, channels);
  const auto originals = subset(set, {0, 1, 2});
  Rng rng(seed, Stream::kTest, 1);
  for (std::size_t i = 0; i < n; ++i) {
    const int strength = static_cast<int>(rng.below(16));
    for (std::size_t p = 0; p < set.schema.image_bytes(); ++p) {
      const int noise = static_cast<int>(rng.below(static_cast<std::uint32_t>(2 * strength + 1)));
      const int value = originals.image(i % 3)[p] + noise - strength;
      set.image(i)[p] = static_cast<std::uint8_t>(std::clamp(value, 0, 255));
    }
  }
  return set;
}

// The definition itself, by comparing every pair.
bool is_near(const Dataset& a, std::size_t i, const Dataset& b, std::size_t j, double max_rms) {
  double sum = 0.0;
  for (std::size_t p = 0; p < a.schema.image_bytes(); ++p) {
    const double difference = a.image(i)[p] - b.image(j)[p];
    sum += difference * difference;
  }
  return sum <= max_rms * max_rms * static_cast<double>(a.schema.image_bytes());
}

// A difference equal to the bound in every pixel is within it. One more is beyond it.
TEST(NearDuplicates, AreWithinTheBound) {
  auto set = random_dataset(3, 9, 7);
  for (std::size_t p = 0; p < set.schema.image_bytes(); ++p) {
    const int value = set.image(0)[p] / 2;
    set.image(0)[p] = static_cast<std::uint8_t>(value);
    set.image(1)[p] = static_cast<std::uint8_t>(value + 5);
    set.image(2)[p] = static_cast<std::uint8_t>(value + 11);
  }
  const auto near = near_duplicates(all_of(set), NearOptions());
  ASSERT_THAT(images_of(near), testing::ElementsAre(1));
  EXPECT_EQ(near.matches[0].other, 0U);
  EXPECT_EQ(near.incomplete_searches, 0U);
}

// Images of 4160 bytes, which are compared in blocks of 4096: the rest of an image counts, too, and
// the image behind it does not. The last image differs by stripes of one pixel in its last row, so
// its low frequencies are near those of the first.
TEST(NearDuplicates, CompareLargeImagesToTheirEnds) {
  auto set = random_dataset(4, 65, 64);
  for (std::size_t p = 0; p < set.schema.image_bytes(); ++p) {
    const int value = 64 + set.image(0)[p] / 2;
    const int stripe = p % 2 == 0 ? 60 : -60;
    set.image(0)[p] = static_cast<std::uint8_t>(value);
    set.image(1)[p] = static_cast<std::uint8_t>(value + 5);
    set.image(2)[p] = static_cast<std::uint8_t>(value + 11);
    set.image(3)[p] = static_cast<std::uint8_t>(p < 4096 ? value : value + stripe);
  }
  const auto near = near_duplicates(all_of(set), NearOptions());
  ASSERT_THAT(images_of(near), testing::ElementsAre(1));
  EXPECT_EQ(near.matches[0].other, 0U);
}

// For any size, also below the number of frequencies, the search finds the same pairs as comparing
// every pair. This proves that signatures and grid lose no pair.
TEST(NearDuplicates, AgreeWithComparingEveryPair) {
  EXPECT_TRUE(rc::check("search", [] {
    const auto n = *rc::gen::inRange<std::size_t>(3, 40);
    const auto set = noisy_copies(n, *rc::gen::inRange(1, 12), *rc::gen::inRange(1, 12),
                                  *rc::gen::element(1, 3), *rc::gen::arbitrary<std::uint64_t>());
    NearOptions options;
    options.max_rms = *rc::gen::element(0.5, 3.0, 5.0, 9.0);
    std::vector<std::size_t> expected;
    for (std::size_t i = 0; i < n; ++i) {
      std::size_t j = 0;
      while (j < i && !is_near(set, i, set, j, options.max_rms)) ++j;
      if (j < i) expected.push_back(i);
    }
    const auto near = near_duplicates(all_of(set), options);
    RC_ASSERT(images_of(near) == expected);
    for (const auto& match : near.matches) {
      RC_ASSERT(match.other < match.image);
      RC_ASSERT(is_near(set, match.image, set, match.other, options.max_rms));
    }
  }));
}

TEST(NearLeakage, AgreesWithComparingEveryPair) {
  const auto all = noisy_copies(120, 8, 8, 1, test_seed());
  std::vector<std::uint32_t> indices(120);
  std::iota(indices.begin(), indices.end(), 0U);
  const auto train = subset(all, {indices.begin(), indices.begin() + 80});
  const auto test = subset(all, {indices.begin() + 80, indices.end()});
  std::vector<std::size_t> expected;
  for (std::size_t i = 0; i < test.size(); ++i) {
    for (std::size_t j = 0; j < train.size(); ++j) {
      if (!is_near(test, i, train, j, NearOptions().max_rms)) continue;
      expected.push_back(i);
      break;
    }
  }
  const auto near = near_leakage(all_of(test), all_of(train), NearOptions());
  EXPECT_EQ(images_of(near), expected);
  EXPECT_FALSE(expected.empty());
  EXPECT_LT(expected.size(), test.size());
}

// Only the selection is compared, and the numbers are those of the set.
TEST(NearDuplicates, CompareTheSelectionOnly) {
  auto set = random_dataset(6);
  for (const std::size_t i : {1, 3, 5}) {
    std::copy(set.image(0), set.image(1), set.image(i));
  }
  const auto near = near_duplicates({set, {2, 3, 4, 5}}, NearOptions());
  ASSERT_THAT(images_of(near), testing::ElementsAre(5));
  EXPECT_EQ(near.matches[0].other, 3U);
  EXPECT_TRUE(near_duplicates({set, {}}, NearOptions()).matches.empty());
}

// Without images on one side nothing is compared.
TEST(NearLeakage, OfNoImagesIsEmpty) {
  const auto set = random_dataset(6);
  const Selection none{set, {}};
  EXPECT_TRUE(near_leakage(none, all_of(set), NearOptions()).matches.empty());
  EXPECT_TRUE(near_leakage(all_of(set), none, NearOptions()).matches.empty());
}

// The bound is that of docs/formats.md. A search ends after 2^28 units of work: some seconds.
TEST(NearOptions, HaveTheirDefaults) {
  const NearOptions options{};
  EXPECT_EQ(options.max_rms, 5.0);
  EXPECT_EQ(options.max_work, 268435456U);
  EXPECT_EQ(options.threads, 1);
}

TEST(NearDuplicates, DoNotDependOnTheThreads) {
  const auto set = noisy_copies(300, 8, 8, 1, test_seed());
  NearOptions options;
  const auto one = near_duplicates(all_of(set), options);
  options.threads = 3;
  const auto three = near_duplicates(all_of(set), options);
  EXPECT_EQ(images_of(one), images_of(three));
  for (std::size_t k = 0; k < one.matches.size(); ++k) {
    EXPECT_EQ(one.matches[k].other, three.matches[k].other);
  }
}

// Many similar but different images take a bounded amount of work, and the number of incompletely
// searched images is reported. The flat image is far from them, so its search is complete.
TEST(NearDuplicates, LimitTheWorkAndReportIt) {
  auto set = noisy_copies(200, 8, 8, 1, test_seed());
  for (std::size_t i = 0; i < set.size(); ++i) {
    for (std::size_t p = 0; p < 64; ++p) {
      // All lie in adjacent cells of the grid, and any two differ by more than the bound.
      const auto noise = Rng(test_seed(), Stream::kTest, 2 + i * 64 + p).below(2);
      set.image(i)[p] = static_cast<std::uint8_t>(100 + 10 * noise);
    }
  }
  std::fill(set.image(199), set.image(199) + 64, std::uint8_t{255});
  NearOptions options;
  options.max_rms = 2.0;
  EXPECT_EQ(near_duplicates(all_of(set), options).incomplete_searches, 0U);
  options.max_work = 200 * 5;
  const auto near = near_duplicates(all_of(set), options);
  EXPECT_TRUE(near.matches.empty());
  EXPECT_GT(near.incomplete_searches, 0U);
  EXPECT_LT(near.incomplete_searches, 200U);
}

}  // namespace
}  // namespace digits
