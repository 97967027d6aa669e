// The normal form of a single glyph: how MNIST frames its digits, for any image size.
#pragma once

#include <opencv2/core/mat.hpp>

namespace digits {

// Brings ink (8-bit, one channel, background 0) of any size to `rows` x `cols`: cropped to its ink,
// scaled without distortion so that the longer side spans 20/28 of the frame, and shifted by whole
// pixels so that its centre of mass lies at pixel (cols / 2, rows / 2) (LeCun et al.,
// "Gradient-based learning applied to document recognition", 1998, section III.A). An image without
// ink comes back blank.
cv::Mat1b normal_form(const cv::Mat1b& ink, int rows, int cols);

// Whether `image` already is in the normal form of its size, to within a pixel: the longer side of
// the box around its ink, and the place of its centre of mass. All of MNIST's images are.
bool has_normal_form(const cv::Mat1b& image);

// The longer side of a digit in a frame in normal form, in pixels.
int normal_side(int rows, int cols);

}  // namespace digits
