// Finds the lines that a form prints: boxes around digits, lines below them, a sheet's ruling.
#pragma once

#include <opencv2/core/mat.hpp>

namespace digits {

struct PrintedLines {
  cv::Mat1b mask;  // 255 where such a line lies, but not where a stroke crosses it
  int boxes = 0;
  int lines = 0;  // without the sides of boxes
};

// Finds the printed lines in a mask of strokes. A part that encloses another part is a box of any
// shape. A line is long, thin and straight, within a few degrees of upright or level, and longer
// than any stroke of a digit beside the other strokes.
PrintedLines find_printed_lines(const cv::Mat1b& strokes);

}  // namespace digits
