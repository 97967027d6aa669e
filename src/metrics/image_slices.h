// Slices a set of images by class, stroke thickness, slant and size.
#pragma once

#include <vector>

#include "data/dataset.h"
#include "metrics/fairness.h"

namespace digits {

// By class; and by thirds within each class (fairness.h) of
//   thickness  thin, medium, thick   of the strokes: a feature of data/profile.h
//   slant      left, upright, right  Shape::slant; upright is the class's middle, not the axis
//   size       small, medium, large  Shape::radius; the box around the ink is a whole number of
//                                    pixels: its ties would give slices of different classes
// The result does not depend on `threads`.
std::vector<SliceGroup> image_slices(const Dataset& set, int threads);

}  // namespace digits
