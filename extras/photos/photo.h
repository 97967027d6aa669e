// Finds the digits in a photograph and cuts them out.
#pragma once

#include <opencv2/core/mat.hpp>
#include <vector>

#include "pictures/strokes.h"

namespace digits {

// The number of digits that a picture shows.
enum class DigitCount { kAnyNumber, kOne };

// One digit: where it lies in the picture, and its ink there, 0 (paper) to 255.
struct DigitCrop {
  cv::Rect box;
  cv::Mat1b ink;
};

// The content of a picture.
struct Reading {
  std::vector<DigitCrop> digits;  // from the top row to the lowest, each from left to right
  LeftOut left_out;               // what else was seen, by name: "box", "dash", "desk", ...

  // For the message when no digit is found.
  double contrast = 0.0;  // of the strongest ink, in shares of the paper's brightness
  double edge = 0.0;      // pixels, from paper to the strongest ink, where that is shortest
  cv::Size largest;       // pixels, of the largest piece of ink; empty: none
};

// Reads a grey picture; no digits when no ink has a contrast of an eighth of the paper's
// brightness. Handles dark on light and light on dark, uneven light, soft shadows and soft focus.
// Separates a sheet from the desk below it, and a form's boxes and lines (pictures/printed_lines.h)
// from the digits; leaves out marks and specks (pictures/strokes.h). Limits: touching digits are
// not separated, and a digit below an eightieth of the picture counts as a speck. A pen too thin
// for the normal form is drawn thicker. With DigitCount::kOne all strokes are one digit.
Reading cut_out_digits(const cv::Mat1b& grey, DigitCount digit_count = DigitCount::kAnyNumber);

}  // namespace digits
