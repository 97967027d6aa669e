// Slices of a set of images by what can be measured in them.
#pragma once

#include <vector>

#include "data/dataset.h"
#include "metrics/fairness.h"

namespace digits {

// By class; and by thirds within each class (fairness.h) of
//   thickness  thin, medium, thick   of the strokes: a feature of data/profile.h
//   slant      left, upright, right  Shape::slant; upright is the class's middle, not the axis
//   size       small, medium, large  Shape::radius; the box around the ink is a whole number of
//                                    pixels, and its ties would leave the slices of unlike classes
// The result does not depend on `threads`.
std::vector<SliceGroup> image_slices(const Dataset& set, int threads);

}  // namespace digits
