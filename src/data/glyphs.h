// The shapes that people write for each digit, as strokes of a pen.
#pragma once

#include <opencv2/core/types.hpp>
#include <vector>

namespace digits {

// Control points that the pen passes through; x to the right, y down, both about [0, 1].
using Stroke = std::vector<cv::Point2d>;
using Glyph = std::vector<Stroke>;

// The topologies of a digit (0 to 9): at least one, each a way in which people really write it.
const std::vector<Glyph>& glyphs_of(int digit);

}  // namespace digits
