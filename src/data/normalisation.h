// Computes the constants that centre and scale pixels before the first layer.
#pragma once

#include <vector>

#include "data/dataset.h"

namespace digits {

// Per channel, of pixels scaled to [0, 1]: z = (x - mean) / stddev.
struct Normalisation {
  std::vector<double> mean;
  std::vector<double> stddev;  // population standard deviation, at least 1/255
};

// Computed from the training part alone: the validation part would flatter its own score. Sums are
// exact integers, so the result does not depend on order. Throws data.empty for a set without
// samples.
Normalisation compute_normalisation(const Dataset& train);

}  // namespace digits
