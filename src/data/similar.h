// Finds nearly equal images without comparing all pairs.
#pragma once

#include <cstddef>
#include <vector>

#include "data/dataset.h"

namespace digits {

// Some images of a set, by their indices.
struct Selection {
  const Dataset& set;
  std::vector<std::size_t> indices;  // ascending
};

struct NearOptions {
  // The largest root mean square pixel difference, of 255, between two nearly equal images
  // (docs/architecture.md has the measurements).
  double max_rms = 5.0;
  // Work limit of one search, divided evenly among the images. A unit is one signature compared, or
  // 64 bytes of pixels.
  std::size_t max_work = std::size_t{1} << 28;
  int threads = 1;  // the result does not depend on it
};

struct NearMatch {
  std::size_t image;  // is nearly equal to ...
  std::size_t other;  // ... this one, the first in search order
};

struct NearMatches {
  std::vector<NearMatch> matches;       // ascending by image, each image once
  std::size_t incomplete_searches = 0;  // images whose work limit was reached before a match
};

// The selected images that nearly equal an earlier one of the selection. Complete except for
// `incomplete_searches`: every pair within the bound is found.
NearMatches near_duplicates(const Selection& images, const NearOptions& options);

// The images that nearly equal some image of `references`. Both sets have one image size.
NearMatches near_leakage(const Selection& images, const Selection& references,
                         const NearOptions& options);

}  // namespace digits
