// A sheet of paper that lies on something else.
#pragma once

#include <opencv2/core/mat.hpp>
#include <optional>

namespace digits {

// The part of a picture that shows the sheet.
struct Sheet {
  cv::Rect box;    // pixels of the picture
  cv::Mat1b mask;  // of the box's size: 255 on the sheet, without its edges
};

// The sheet on a desk: a region with straight sides and a sharp edge, lighter or darker than what
// is around it, that holds something. None when the paper fills the picture. A picture's edge may
// cut the sheet.
std::optional<Sheet> find_sheet(const cv::Mat1b& grey);

}  // namespace digits
