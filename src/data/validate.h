// The validation stage: what is wrong with a set, found before any training time is spent on it.
#pragma once

#include <vector>

#include "data/dataset.h"
#include "data/finding.h"

namespace digits {

// Looks one set over; each finding has a hint:
//   data.one_class          error    nothing to tell apart
//   data.missing_class      error    a class without samples
//   data.rare_class         warning  a class with less than a tenth of its even share
//   data.constant_image     warning  images of one single value; error above 1 % of the set
//   data.inverted           error    the first and last row are bright in most grey images; a note
//                                    where they are in colour
//   data.intensity_outlier  warning  a mean intensity far from what the others have
//   data.duplicate          warning  images that are equal to the byte
//   data.label_conflict     warning  equal images under two labels; error above 1 % of the set
//   data.near_duplicate     warning  images that are nearly equal (similar.h)
//   data.look_alikes        warning  too many similar images for a complete search for near ones
// The findings do not depend on `threads`. A set without images has none but those on classes.
std::vector<Finding> validate(const Dataset& set, int threads = 1);

// Test images that are in the training set too; indices are those of `test`:
//   data.leakage         warning  equal to the byte; error above 1 % of the test set
//   data.label_conflict  warning  and under another label there; error above 1 %
//   data.near_leakage    warning  nearly equal to a training image
// Both sets have one schema.
std::vector<Finding> validate_leakage(const Dataset& train, const Dataset& test, int threads = 1);

}  // namespace digits
