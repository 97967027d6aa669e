// Augments training images by random changes that keep the label.
#pragma once

#include <cstdint>

#include "base/rng.h"
#include "data/dataset.h"

namespace digits {

// Strengths; all zero is the identity. Each sample draws uniformly within them.
struct AugmentOptions {
  double rotation = 0.0;    // degrees to either side
  double shift = 0.0;       // pixels to either side, along each axis
  double scale = 0.0;       // relative change of size, 0.1 is 90 % to 110 %
  double shear = 0.0;       // horizontal shift per vertical pixel, either way
  double elastic = 0.0;     // alpha: pixels of uniform displacement noise, before smoothing
  double smoothness = 4;    // sigma of that smoothing, pixels; has no effect by itself
  double blur = 0.0;        // standard deviation of a Gaussian, pixels, from 0 up
  double noise = 0.0;       // standard deviation of a pixel's noise, of the full range, from 0 up
  double erase = 0.0;       // sides of a rectangle turned to paper, of the image's sides, from 0 up
  double contrast = 0.0;    // relative change of every pixel's value, 0.3 is 70 % to 130 %
  double brightness = 0.0;  // added to every pixel, of the full range, to either side
  double outliers = 0.0;    // share of images replaced by outliers, see data/outliers.h

  bool moves() const {
    return rotation != 0 || shift != 0 || scale != 0 || shear != 0 || elastic != 0;
  }
  bool tones() const { return contrast != 0 || brightness != 0; }
  bool changes() const {
    return moves() || tones() || blur != 0 || noise != 0 || erase != 0 || outliers != 0;
  }
};

// Writes one augmented image, [rows, cols, channels] like the input: moved by one affine and
// elastic map (Simard, Steinkraus and Platt, "Best practices for convolutional neural networks
// applied to visual document analysis", 2003), blurred, with noise, a rectangle erased (Zhong et
// al., "Random erasing data augmentation", 2020), and contrast and brightness changed. The result
// is a function of the input, the options and the generator's key. Pixels from outside the frame
// are 0. `in` and `out` must not overlap.
void augment(const AugmentOptions& options, const Schema& schema, const std::uint8_t* in,
             std::uint8_t* out, Rng rng);

}  // namespace digits
