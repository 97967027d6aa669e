// Photographs of digits on paper, composed of synthetic digits, as inputs for `predict`.
#pragma once

#include <cstdint>
#include <opencv2/core/mat.hpp>
#include <string>
#include <vector>

#include "data/dataset.h"

namespace digits {

// 28x28 pixels, grey, classes 0 to 9.
Schema grey_schema();

struct PhotoOptions {
  std::string digits = "7";    // written in a line; also marks: - . ,  and line feeds, for rows
  cv::Size size{480, 360};     // pixels
  int height = 160;            // of a digit, pixels
  double step = 1.0;           // from digit to digit, in heights; below 1.4 wide digits may touch
  cv::Point2d centre{.5, .5};  // of the line, in shares of the picture
  cv::Vec3b paper{214, 228, 234};
  cv::Vec3b ink{70, 40, 35};  // BGR, as OpenCV has it
  double gradient = 0.0;      // share of the light that is lost from the left to the right
  double shadow = 0.0;        // share of the light that a soft shadow takes, below a diagonal
  double noise = 0.0;         // standard deviation, of 255
  double blur = 0.0;          // standard deviation of the lens's, pixels
  int box = 0;                // pixels: the width of the line of a box around all
  int underline = 0;          // pixels: the width of a line below all
  double reach = 0.0;         // share of a digit's height by which the digits stick out of the box
  double desk = 0.0;          // share of the light that a desk around the sheet reflects; 0: none
};

// `text` in one line, on a picture of width x height pixels.
PhotoOptions photo_of_line(const std::string& text, int width = 480, int height = 360);

// A pure function of its options and the seed.
cv::Mat3b compose_photo(const PhotoOptions& options, std::uint64_t seed);

// Four canvases of 28x28 pixels with a 7 in the corner, or one that fills them, light on dark and
// dark on light: none is in normal form.
std::vector<cv::Mat1b> unframed_canvases();

// The bytes of an image file; `extension` names the format: ".png". The quality is JPEG's, 0 to
// 100.
std::string encoded(const std::string& extension, const cv::Mat& image, int quality = 95);

}  // namespace digits
