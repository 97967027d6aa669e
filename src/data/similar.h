// Images that are nearly equal, found without comparing every image with every other.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "data/dataset.h"

namespace digits {

// Some images of a set, by their indices.
struct Selection {
  const Dataset& set;
  std::vector<std::uint32_t> indices;  // ascending
};

struct NearOptions {
  // Root of the mean squared pixel difference, of 255, up to which two images are nearly equal. A
  // copy that went through JPEG at quality 80 or better stays within it, as rounding and slight
  // noise do; of MNIST's 70,000 images the two nearest differ by 7.5, and half have none within 38.
  double max_rms = 5.0;
  // Work that one search may take, shared out evenly among the images, so that a set of look-alikes
  // takes seconds, not hours. A unit is a signature looked at, or 64 bytes compared.
  std::size_t max_work = std::size_t{1} << 28;
  int threads = 1;  // the result does not depend on it
};

struct NearMatch {
  std::uint32_t image;  // is nearly equal to ...
  std::uint32_t other;  // ... this one, the first that the search met
};

struct NearMatches {
  std::vector<NearMatch> matches;  // ascending by image, each image once
  std::size_t cut_short = 0;       // images whose share of the work ran out before a match
};

// The selected images that nearly equal an earlier one of the selection. Complete but for
// `cut_short`: two images within the bound always meet.
NearMatches near_duplicates(const Selection& images, const NearOptions& options);

// The images that nearly equal some image of `references`. Both sets have one image size.
NearMatches near_leakage(const Selection& images, const Selection& references,
                         const NearOptions& options);

}  // namespace digits
