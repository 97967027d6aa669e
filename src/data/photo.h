// Digits in a photograph: ink told from paper, whatever the light, and cut out one by one.
#pragma once

#include <opencv2/core/mat.hpp>
#include <vector>

namespace digits {

// One digit: where it lies in the picture, and its ink there, 0 (paper) to 255.
struct Cutout {
  cv::Rect box;
  cv::Mat1b ink;
};

// The digits of a grey picture, left to right; none when nothing stands out from the paper by an
// eighth of its brightness. Dark on light and light on dark, uneven light and soft shadows are
// seen through. Parts that lie above each other, like the flag of a 5, belong to one digit; digits
// that touch are not told apart, and one below a twenty-fifth of the picture is a speck. A pen too
// thin for the normal form is drawn thicker.
std::vector<Cutout> cut_out_digits(const cv::Mat1b& grey);

}  // namespace digits
