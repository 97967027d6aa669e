// Validates a set before training, and reports its defects.
#pragma once

#include <vector>

#include "data/dataset.h"
#include "data/finding.h"

namespace digits {

// Checks one set. docs/formats.md lists the findings; each has a hint. They do not depend on
// `threads`. For a set without images, only findings on classes occur.
std::vector<Finding> validate(const Dataset& set, int threads = 1);

// Finds test images that are in the training set too, or nearly so, under the same or another
// label; indices are those of `test`. Both sets have one schema.
std::vector<Finding> validate_leakage(const Dataset& train, const Dataset& test, int threads = 1);

}  // namespace digits
