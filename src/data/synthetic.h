// Synthetic handwriting: digits drawn as pen strokes, so that the pipeline runs without a download.
#pragma once

#include <cstddef>
#include <cstdint>

#include "data/dataset.h"

namespace digits {

struct SyntheticOptions {
  std::size_t count = 0;
  int rows = 28;
  int cols = 28;
  int classes = 10;               // the first `classes` digits; 1 to 10
  std::uint64_t seed = 0;         // image i is a function of (seed, first_index + i)
  std::uint64_t first_index = 0;  // disjoint ranges of one seed never share an image's key
  int threads = 1;                // the result does not depend on it
};

// Draws `count` digits; labels cycle through the classes, so the set is balanced within one.
// Throws config.synthetic for sizes below 8 pixels or classes outside 1 to 10.
Dataset synthesise(const SyntheticOptions& options);

}  // namespace digits
