// Brings a glyph to normal form: MNIST's framing of digits, for any image size.
#pragma once

#include <opencv2/core/mat.hpp>

namespace digits {

// Brings ink (8-bit, one channel, background 0) of any size to `rows` x `cols`: cropped to its ink,
// scaled without distortion so that the longer side spans 20/28 of the frame, and shifted by whole
// pixels so that its centre of mass lies at pixel (cols / 2, rows / 2) (LeCun et al.,
// "Gradient-based learning applied to document recognition", 1998, section III.A). An image without
// ink stays blank.
cv::Mat1b normal_form(const cv::Mat1b& ink, int rows, int cols);

// Whether `image` is in the normal form of its size already, to within a pixel: the longer side of
// the box around its ink, and its centre of mass. True for all of MNIST's images.
bool has_normal_form(const cv::Mat1b& image);

// The longer side of a digit in normal form, in pixels.
int normal_side(int rows, int cols);

}  // namespace digits
