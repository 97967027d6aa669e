// Makes images of no class for outlier exposure. A network that is trained on such images with a
// uniform target gives them no confident answer (Hendrycks, Mazeika and Dietterich, "Deep anomaly
// detection with outlier exposure", ICLR 2019).
#pragma once

#include <cstdint>

#include "base/rng.h"
#include "data/dataset.h"

namespace digits {

// Writes an image of no class instead of `in`, [rows, cols, channels]: with equal chance one
// colour, independent uniform values, or the pixels of `in` in random order. `in` and `out` must
// not overlap.
void write_outlier(const Schema& schema, const std::uint8_t* in, std::uint8_t* out, Rng rng);

}  // namespace digits
