// Separates ink from paper in any light.
#pragma once

#include <opencv2/core/mat.hpp>

namespace digits {

// `image` reduced so that its longer side has at most `side` pixels.
cv::Mat1b reduced(const cv::Mat1b& image, int side);

// Whether the writing is lighter than the paper. The paper is the smooth surface that fits most of
// the picture's rim.
bool is_light_on_dark(const cv::Mat1b& grey);

// Ink relative to the paper around it, 0 (paper) to 1.
cv::Mat1f ink_of(const cv::Mat1b& grey, bool light_on_dark);

// The pixels of a mask that touch its outside.
cv::Mat1b inner_edge(const cv::Mat1b& mask);

// The mean width of the strokes in a mask, in pixels.
double pen_width(const cv::Mat1b& mask);

}  // namespace digits
