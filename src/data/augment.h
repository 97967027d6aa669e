// Augmentation: label-preserving random changes to training images.
#pragma once

#include <cstdint>

#include "base/rng.h"
#include "data/dataset.h"

namespace digits {

// Strengths; all zero is the identity. Each sample draws uniformly within them.
struct AugmentOptions {
  double rotation = 0.0;  // degrees to either side
  double shift = 0.0;     // pixels to either side, along each axis
  double scale = 0.0;     // relative change of size, 0.1 is 90 % to 110 %
  double shear = 0.0;     // horizontal shift per vertical pixel, to either side

  bool is_identity() const { return rotation == 0 && shift == 0 && scale == 0 && shear == 0; }
};

// Writes one augmented image, [rows, cols, channels] like the input. The result is a function of
// the input, the options and the generator's key. Pixels from outside the frame are 0. `in` and
// `out` must not overlap.
void augment(const AugmentOptions& options, const Schema& schema, const std::uint8_t* in,
             std::uint8_t* out, Rng rng);

}  // namespace digits
