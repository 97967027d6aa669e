// Validates a set before training, and reports its defects.
#pragma once

#include <vector>

#include "data/dataset.h"
#include "data/finding.h"

namespace digits {

// Checks one set; each finding has a hint:
//   data.one_class          error    fewer than two classes
//   data.missing_class      error    a class without samples
//   data.rare_class         warning  a class with less than a tenth of its even share
//   data.constant_image     warning  images with a single value; error above 1 % of the set
//   data.inverted           error    the first and last row are bright in most grey images; a note
//                                    for colour images
//   data.intensity_outlier  warning  a mean intensity far from the other images'
//   data.duplicate          warning  images that are equal to the byte
//   data.label_conflict     warning  equal images under two labels; error above 1 % of the set
//   data.near_duplicate     warning  images that are nearly equal (similar.h)
//   data.look_alikes        warning  too many similar images for a complete search for near ones
// The findings do not depend on `threads`. For a set without images, only findings on classes
// occur.
std::vector<Finding> validate(const Dataset& set, int threads = 1);

// Finds test images that are in the training set too; indices are those of `test`:
//   data.leakage         warning  equal to the byte; error above 1 % of the test set
//   data.label_conflict  warning  equal, but under another label; error above 1 %
//   data.near_leakage    warning  nearly equal to a training image
// Both sets have one schema.
std::vector<Finding> validate_leakage(const Dataset& train, const Dataset& test, int threads = 1);

}  // namespace digits
