// Slices of a set of images by what can be measured in them.
#pragma once

#include <vector>

#include "data/dataset.h"
#include "metrics/fairness.h"

namespace digits {

// By class; and by thirds within each class (fairness.h) of
//   thickness  thin, medium, thick       of the strokes, as in data/profile.h
//   slant      left, upright, right      image_slant; upright is the class's middle, not the axis
//   size       small, medium, large      area of the smallest box around the ink
// The result does not depend on `threads`.
std::vector<SliceGroup> image_slices(const Dataset& set, int threads);

}  // namespace digits
