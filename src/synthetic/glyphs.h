// Lists the shapes that people write for each digit, as strokes of a pen.
#pragma once

#include <cstddef>
#include <opencv2/core/types.hpp>
#include <string>
#include <vector>

namespace digits {

// Control points on the pen's path; x to the right, y down, the digit's box is [0, 100].
using Stroke = std::vector<cv::Point2d>;

// One topology: a common way to write a digit.
struct Glyph {
  std::string style;            // "open", "barred": unique among a digit's glyphs
  double weight = 1.0;          // its frequency, relative to the digit's other glyphs
  std::vector<Stroke> strokes;  // in any order; strokes meet at corners
};

// A piece of a glyph: of its stroke number `stroke`, from control point `first` to `last`.
struct StrokePart {
  std::size_t stroke = 0;
  std::size_t first = 0;
  std::size_t last = 0;
};

// The topologies of a digit (0 to 9): at least two.
const std::vector<Glyph>& glyphs_of(int digit);

}  // namespace digits
