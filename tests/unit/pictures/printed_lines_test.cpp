#include "pictures/printed_lines.h"

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

}  // namespace
}  // namespace digits
