// Locates the ink of an image.
#pragma once

#include <cstdint>
#include <opencv2/core/mat.hpp>

#include "data/dataset.h"

namespace digits {

// For each pixel whether it, or one within `margin` pixels of it, is ink: in one channel at least
// half as far from the background as the farthest pixel of the image. The background is the median
// of the border's pixels, per channel: 0 for ink on black, and the paper's colour for pictures on
// light paper. [rows, cols], 255 for ink; all 0 for an image of one colour.
cv::Mat1b ink_of(const std::uint8_t* image, const Schema& schema, int margin);

}  // namespace digits
