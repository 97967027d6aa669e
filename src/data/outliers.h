// Outlier exposure (Hendrycks, Mazeika and Dietterich, "Deep anomaly detection with outlier
// exposure", ICLR 2019): a network that has been trained on images of no class, with the target
// spread evenly over all classes, gives such images no confident answer.
#pragma once

#include <cstdint>

#include "base/rng.h"
#include "data/dataset.h"

namespace digits {

// Writes an image of no class in the place of `in`, [rows, cols, channels]: with equal chance one
// colour throughout, independent uniform values, or the pixels of `in` in random order. `in` and
// `out` must not overlap.
void write_outlier(const Schema& schema, const std::uint8_t* in, std::uint8_t* out, Rng rng);

}  // namespace digits
