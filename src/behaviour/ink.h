// Locates the ink of an image.
#pragma once

#include <cstdint>
#include <vector>

#include "data/dataset.h"

namespace digits {

// For each pixel whether it, or one within `margin` pixels of it, is ink: in one channel at least
// half as far from the background as the farthest pixel of the image. The background is the median
// of the border's pixels, per channel: 0 for ink on black, and the paper's colour for pictures on
// light paper. [rows * cols]; all false for an image of one colour.
std::vector<bool> ink_of(const std::uint8_t* image, const Schema& schema, int margin);

}  // namespace digits
