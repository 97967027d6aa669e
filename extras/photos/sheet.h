// Finds a sheet of paper on a desk.
#pragma once

#include <opencv2/core/mat.hpp>
#include <optional>

namespace digits {

// The part of a picture that shows the sheet.
struct Sheet {
  cv::Rect box;    // pixels of the picture
  cv::Mat1b mask;  // of the box's size: 255 on the sheet, without its edges
};

// The sheet on a desk: a written-on region with straight sides and a sharp edge, lighter or darker
// than its surroundings. None when the paper fills the picture. The picture's edge may cut the
// sheet.
std::optional<Sheet> find_sheet(const cv::Mat1b& grey);

}  // namespace digits
