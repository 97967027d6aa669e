#include "photos/printed_lines.h"

#include <cstdint>
#include <opencv2/core.hpp>

#include "support/testing.h"

namespace digits {
namespace {

// The lines of a box that do not touch, each 2 pixels thick: two level ones in the columns 50 to
// 249 and the rows 100, 101, 180 and 181, and two upright ones in the columns from `left` and
// `right`, from row `top` to the one before `bottom`.
PrintedLines open_box(int left, int right, int top, int bottom) {
  cv::Mat1b strokes(300, 320, std::uint8_t{0});
  for (const int y : {100, 180}) strokes(cv::Rect(50, y, 200, 2)) = 255;
  for (const int x : {left, right}) strokes(cv::Rect(x, top, 2, bottom - top)) = 255;
  return find_printed_lines(strokes);
}

// A side ends at most 4 pixels and 3 thicknesses away from the level lines, by hand 10 pixels: its
// middle is in the columns 40 to 260, its ends are in the rows 90 to 192. Without two sides the
// lines are no box.
TEST(PrintedLines, SidesEndNearTheLevelLines) {
  const auto box = open_box(39, 259, 90, 193);
  EXPECT_EQ(box.boxes, 1);
  EXPECT_EQ(box.lines, 0);
  EXPECT_EQ(open_box(38, 259, 90, 193).boxes, 0);
  EXPECT_EQ(open_box(39, 260, 90, 193).boxes, 0);
  EXPECT_EQ(open_box(39, 259, 89, 193).boxes, 0);
  EXPECT_EQ(open_box(39, 259, 90, 194).boxes, 0);
}

// A level line below a stroke of 10 x 100 pixels, whose pen is 9.3 pixels wide, by hand: a line of
// at most 0.6 pens is printed if it is 0.8 times as long as the stroke is high, and a thicker one
// if it is as long. Below a square of 50 pixels a thin line is 1.2 times as long as the square is
// wide. The lengths here are two pixels above and below these, since thin lines lose a pixel.
TEST(PrintedLines, AreLongerThanTheDigit) {
  const auto lines_below = [](const cv::Size& digit, int length, int thickness) {
    cv::Mat1b strokes(160, 220, std::uint8_t{0});
    strokes(cv::Rect(10, 10, digit.width, digit.height)) = 255;
    strokes(cv::Rect(100, 130, length, thickness)) = 255;
    return find_printed_lines(strokes).lines;
  };
  EXPECT_EQ(lines_below({10, 100}, 82, 3), 1);
  EXPECT_EQ(lines_below({10, 100}, 78, 3), 0);
  EXPECT_EQ(lines_below({10, 100}, 82, 5), 1);
  EXPECT_EQ(lines_below({10, 100}, 82, 6), 0);
  EXPECT_EQ(lines_below({10, 100}, 102, 8), 1);
  EXPECT_EQ(lines_below({10, 100}, 98, 8), 0);
  EXPECT_EQ(lines_below({50, 50}, 62, 3), 1);
  EXPECT_EQ(lines_below({50, 50}, 58, 3), 0);
}

}  // namespace
}  // namespace digits
