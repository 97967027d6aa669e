// The order in which people read what stands on a sheet.
#pragma once

#include <cstddef>
#include <opencv2/core/types.hpp>
#include <vector>

namespace digits {

// The rows of the boxes, from the top, each from left to right, as indices into `boxes`. A box's
// row goes on with the nearest one to its right beside which it stands, so a row may rise or fall.
std::vector<std::vector<std::size_t>> reading_order(const std::vector<cv::Rect>& boxes);

}  // namespace digits
