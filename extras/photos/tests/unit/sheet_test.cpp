#include "photos/sheet.h"

#include <cstdint>
#include <opencv2/imgproc.hpp>

#include "support/testing.h"

namespace digits {
namespace {

// A dark desk of 400 x 400 pixels.
cv::Mat1b desk() { return cv::Mat1b(400, 400, std::uint8_t{50}); }

// The picture with a bar in its middle, as writing.
cv::Mat1b written_on(cv::Mat1b picture, int length) {
  picture(cv::Rect(194, 200 - length / 2, 12, length)) = 30;
  return picture;
}

// A square sheet on the desk.
cv::Mat1b sheet_of(int side) {
  auto picture = desk();
  picture(cv::Rect(200 - side / 2, 200 - side / 2, side, side)) = 220;
  return written_on(picture, side / 2);
}

// A sheet has at least 12 per cent of the picture's area: 150 pixels squared are 14 per cent, and
// 130 pixels squared are 10.6.
TEST(FindSheet, NeedsALargePartOfThePicture) {
  EXPECT_TRUE(find_sheet(sheet_of(150)).has_value());
  EXPECT_FALSE(find_sheet(sheet_of(130)).has_value());
}

// A round plate with writing on it, of 28 per cent of the picture, is no sheet.
TEST(FindSheet, NeedsStraightSides) {
  auto plate = desk();
  cv::circle(plate, {200, 200}, 120, cv::Scalar(220), cv::FILLED);
  EXPECT_FALSE(find_sheet(written_on(plate, 100)).has_value());
}

}  // namespace
}  // namespace digits
