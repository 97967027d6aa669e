// Finds the digits in a photograph and cuts them out.
#pragma once

#include <opencv2/core/mat.hpp>
#include <vector>

#include "data/picture_reader.h"
#include "photos/strokes.h"

namespace digits {

// The content of a photograph.
struct PhotoContent {
  std::vector<DigitCrop> digits;  // from the top row to the lowest, each from left to right
  LeftOut left_out;               // what else was seen, by name: "box", "dash", "desk", ...

  // For the message when no digit is found.
  double contrast = 0.0;  // of the strongest ink, in shares of the paper's brightness
  double edge = 0.0;      // pixels, from paper to the strongest ink, where that is shortest
  cv::Size largest;       // pixels, of the largest piece of ink; empty: none
};

// Reads a grey picture; no digits when no ink has a contrast of an eighth of the paper's
// brightness. Handles dark on light and light on dark, uneven light, soft shadows and soft focus.
// Separates a sheet from the desk below it, and a form's boxes and lines (photos/printed_lines.h)
// from the digits; leaves out marks and specks (photos/strokes.h). Limits: touching digits are not
// separated, and a digit below an eightieth of the picture counts as a speck. A pen too thin for
// the normal form is drawn thicker. With DigitCount::kOne all strokes are one digit.
PhotoContent cut_out_digits(const cv::Mat1b& grey, DigitCount digit_count = DigitCount::kAnyNumber);

// The same with its texts, for PictureReader::read.
Reading read_photo(const cv::Mat1b& grey, DigitCount digit_count);

}  // namespace digits
