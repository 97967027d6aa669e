// Sorts boxes on a sheet into reading order.
#pragma once

#include <cstddef>
#include <opencv2/core/types.hpp>
#include <vector>

namespace digits {

// The rows of the boxes, from the top, each from left to right, as indices into `boxes`. A row
// continues with the nearest box to the right at the same height, so it may rise or fall.
std::vector<std::vector<std::size_t>> reading_order(const std::vector<cv::Rect>& boxes);

}  // namespace digits
