// Augmented images of a test.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/rng.h"
#include "data/augment.h"
#include "data/dataset.h"
#include "support/testing.h"

namespace digits {

// Options of one kind of change.
inline AugmentOptions only(double AugmentOptions::*kind, double strength) {
  AugmentOptions options;
  options.*kind = strength;
  return options;
}

inline std::vector<std::uint8_t> augmented(const AugmentOptions& options, const Dataset& set,
                                           std::size_t i, std::uint64_t index = 0) {
  std::vector<std::uint8_t> out(set.schema.image_bytes(), 99);
  augment(options, set.schema, set.image(i), out.data(), Rng(test_seed(), Stream::kAugment, index));
  return out;
}

inline std::vector<std::uint8_t> original(const Dataset& set, std::size_t i) {
  return {set.image(i), set.image(i) + set.schema.image_bytes()};
}

// An image of one value, on which each change is visible.
inline Dataset plain_image(std::uint8_t value, int side = 20, int channels = 1) {
  Dataset set = random_dataset(1, side, side, channels);
  std::fill(set.images.begin(), set.images.end(), value);
  return set;
}

}  // namespace digits
