// Computes the constants that centre and scale pixels before the first layer.
#pragma once

#include <cstddef>
#include <vector>

#include "data/dataset.h"

namespace digits {

// The mean and variance of the values whose positions in a set's images are equal modulo `period`:
// the channels, or the bytes of an image. Sums are exact integers, so the result does not depend on
// the order of the images.
struct ByteStatistics {
  std::vector<double> mean;
  std::vector<double> variance;
};
ByteStatistics byte_statistics(const Dataset& set, std::size_t period);

// Per channel, of pixels scaled to [0, 1]: z = (x - mean) / stddev.
struct Normalisation {
  std::vector<double> mean;
  std::vector<double> stddev;  // population standard deviation, at least 1/255
};

// Computed from the training part alone: the validation part would flatter its own score. Throws
// data.empty for a set without samples.
Normalisation compute_normalisation(const Dataset& train);

}  // namespace digits
