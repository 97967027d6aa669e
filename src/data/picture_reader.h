// Finds the digits in a grey picture: by the core's reader, or by one that an extra registers.
#pragma once

#include <functional>
#include <opencv2/core/mat.hpp>
#include <string>
#include <vector>

namespace digits {

// The number of digits that a picture shows.
enum class DigitCount { kAnyNumber, kOne };

// One digit: where it lies in the picture, and its ink there, 0 (paper) to 255, at any scale.
struct DigitCrop {
  cv::Rect box;
  cv::Mat1b ink;
};

// The content of a picture.
struct Reading {
  std::vector<DigitCrop> digits;  // in reading order
  std::string left_out;           // other things in the picture: "1 dash, 2 specks"; or empty
  std::string seen;               // for the message when no digit is found: "contrast 5 %"
};

// Reads the whole picture as one digit, dark on light or light on dark, on even paper. The paper is
// the median of the first and last rows and columns. The ink of a pixel is its difference from the
// paper, scaled to a maximum of 255. Differences below 12 % of the largest one that this paper
// allows (the larger of its brightness and 255 minus that) are 0; no digit when all are. The box is
// the smallest one around the ink. A shadow or noise above that bound counts as ink.
Reading read_as_one_digit(const cv::Mat1b& grey);

struct PictureReader {
  std::string help;  // a sentence for `digits predict --help`
  // At most one digit for DigitCount::kOne. Called on several threads at once.
  std::function<Reading(const cv::Mat1b& grey, DigitCount)> read;
};

// The program's reader: read_as_one_digit before set_picture_reader is called, and after it is
// called with an empty `read`. Not thread-safe: set it before the first picture is read.
const PictureReader& picture_reader();
void set_picture_reader(PictureReader reader);

}  // namespace digits
