#include "serve/served_model.h"

#include <algorithm>
#include <numeric>

#include "support/testing.h"

namespace digits {
namespace {

// Images of one pixel, two classes. In calls of some sizes the last bit differs: of the image at
// `place`, or of all (place < 0).
Compute inexact_at(const std::vector<std::size_t>& sizes, int place = -1) {
  return [=](const float* images, std::size_t n) {
    std::vector<float> logits;
    const bool inexact = std::find(sizes.begin(), sizes.end(), n) != sizes.end();
    for (std::size_t i = 0; i < n; ++i) {
      const bool here = inexact && (place < 0 || static_cast<std::size_t>(place) == i);
      logits.push_back(here ? std::nextafter(images[i], 2.0F) : images[i]);
      logits.push_back(1.0F);
    }
    return logits;
  };
}

// Only batch sizes that give the bits of a single image are used. A difference at any place counts.
TEST(ExactBatchSizes, OmitsSizesWithOtherBits) {
  EXPECT_THAT(exact_batch_sizes(inexact_at({}), 1, 2, 4), testing::ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(exact_batch_sizes(inexact_at({3}), 1, 2, 4), testing::ElementsAre(1, 2, 4));
  EXPECT_THAT(exact_batch_sizes(inexact_at({2, 3, 4}), 1, 2, 4), testing::ElementsAre(1));
  for (const int place : {0, 1, 2}) {
    EXPECT_THAT(exact_batch_sizes(inexact_at({3}, place), 1, 2, 4), testing::ElementsAre(1, 2, 4));
  }
  EXPECT_THAT(exact_batch_sizes(inexact_at({}), 1, 2, 1), testing::ElementsAre(1));
}

// One call for each image alone and two for each larger size: none reads beyond the images.
TEST(ExactBatchSizes, ComputesItsImagesOnly) {
  std::vector<std::size_t> calls;
  exact_batch_sizes(
      [&](const float* images, std::size_t n) {
        calls.push_back(n);
        return inexact_at({})(images, n);
      },
      1, 2, 3);
  EXPECT_THAT(calls, testing::ElementsAre(1, 1, 1, 2, 2, 3, 3));
}

// Each row belongs to its image for any cut of the batch.
TEST(ComputeExactly, CutsABatchIntoExactSizes) {
  std::vector<float> images(11);
  std::iota(images.begin(), images.end(), 0.0F);
  std::vector<std::size_t> calls;
  const Compute compute = [&](const float* first, std::size_t n) {
    calls.push_back(n);
    return std::vector<float>(first, first + n);
  };
  EXPECT_EQ(compute_exactly(compute, {1, 2, 4}, images.data(), 11, 1), images);
  EXPECT_THAT(calls, testing::ElementsAre(4, 4, 2, 1));
}

}  // namespace
}  // namespace digits
