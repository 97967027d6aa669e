// Pictures as people take them: blurred, on a desk, in boxes, in rows, with marks.
#include <algorithm>
#include <map>
#include <opencv2/imgproc.hpp>
#include <string>
#include <vector>

#include "photos/photo.h"
#include "photos/strokes.h"
#include "support/photos.h"
#include "support/testing.h"

namespace digits {
namespace {

using testing::ElementsAre;
using testing::Pair;

cv::Mat1b photo_of(const PhotoOptions& options, std::uint64_t seed = test_seed()) {
  cv::Mat1b photo;
  cv::cvtColor(compose_photo(options, seed), photo, cv::COLOR_BGR2GRAY);
  return photo;
}

PhotoContent read(const PhotoOptions& options, std::uint64_t seed = test_seed()) {
  return cut_out_digits(photo_of(options, seed));
}

// An upright bar with round ends, blurred: a digit with known pen and blur. A large one is drawn
// small and enlarged: it is as soft, and a wide blur would take seconds.
cv::Mat1b soft_bar(int height, double pen, double blur, bool light_on_dark) {
  const int factor = height > 500 ? 4 : 1;
  const int side = height / factor;
  cv::Mat1b ink(2 * side, 2 * side, std::uint8_t{255});
  cv::line(ink, {side, side / 2}, {side, side * 3 / 2}, cv::Scalar(20),
           static_cast<int>(pen / factor));
  if (blur > 0.0) cv::GaussianBlur(ink, ink, {0, 0}, blur / factor);
  cv::resize(ink, ink, {2 * height, 2 * height}, 0, 0, cv::INTER_LINEAR);
  return light_on_dark ? cv::Mat1b(255 - ink) : ink;
}

// Blurred by a quarter of the pen's width, from 20 to 2,000 pixels high, dark on light and light on
// dark: one digit, whose box is as high as the bar, to within the pen's width at both ends.
TEST(Pictures, AreReadAtAnyScaleAndBlur) {
  for (const int height : {20, 60, 200, 700, 2000}) {
    for (const bool light_on_dark : {false, true}) {
      const double pen = std::max(3.0, 0.12 * height);
      const auto found = cut_out_digits(soft_bar(height, pen, pen / 4, light_on_dark)).digits;
      ASSERT_EQ(found.size(), 1U) << height << light_on_dark;
      EXPECT_NEAR(found[0].box.height, height + pen, 2 * pen) << height;
    }
  }
}

// A digit with a fiftieth of the height of a large page is found, in either polarity. It is cut out
// of a copy in which it is more than 40 pixels high.
TEST(Pictures, SmallDigitsOnALargePageAreFound) {
  for (const bool light_on_dark : {false, true}) {
    cv::Mat1b page(3000, 3000, std::uint8_t{235});
    for (const int x : {600, 680}) cv::line(page, {x, 700}, {x, 760}, cv::Scalar(30), 8);
    const auto found = cut_out_digits(light_on_dark ? cv::Mat1b(255 - page) : page).digits;
    EXPECT_EQ(found.size(), 2U);
    for (const auto& digit : found) EXPECT_GT(digit.ink.rows, 40) << light_on_dark;
  }
}

// A sheet on a dark desk, and a dark sheet on a light one: only the digits are found.
TEST(Pictures, DeskIsExcluded) {
  auto sheet = photo_of_line("38");
  sheet.height = 90;
  sheet.desk = 0.3;
  sheet.noise = 3.0;
  const auto white = read(sheet);
  EXPECT_EQ(white.digits.size(), 2U);
  EXPECT_THAT(white.left_out, testing::Contains(Pair("desk", 1)));
  const auto slate = cut_out_digits(cv::Mat1b(255 - photo_of(sheet)));
  EXPECT_EQ(slate.digits.size(), 2U);
}

// A sheet that stands on its corner, lighter or darker than the desk: half of the box around it is
// desk, and the paper alone tells what is ink.
TEST(Pictures, SheetOnItsCornerIsRead) {
  cv::Mat1b photo(600, 600, std::uint8_t{50});
  const std::vector<cv::Point> corners{{300, 30}, {570, 300}, {300, 570}, {30, 300}};
  cv::fillConvexPoly(photo, corners, cv::Scalar(220));
  photo(cv::Rect(292, 220, 17, 161)) = 30;
  for (const auto& picture : {photo, cv::Mat1b(255 - photo)}) {
    const auto found = cut_out_digits(picture);
    EXPECT_THAT(found.left_out, ElementsAre(Pair("desk", 1)));
    ASSERT_EQ(found.digits.size(), 1U);
    EXPECT_NEAR(found.digits[0].box.x, 292, 8);
    EXPECT_NEAR(found.digits[0].box.height, 161, 16);
  }
}

// The picture's edge crops the sheet.
TEST(Pictures, DeskBesideACroppedSheetIsExcluded) {
  auto sheet = photo_of_line("38");
  sheet.height = 90;
  sheet.desk = 0.3;
  const auto whole = photo_of(sheet);
  const auto found = cut_out_digits(whole(cv::Rect(100, 60, 380, 300)).clone());
  EXPECT_EQ(found.digits.size(), 2U);
  EXPECT_THAT(found.left_out, testing::Contains(Pair("desk", 1)));
}

// A box around a digit, apart from it and crossed by it. The digit is always the same, since a
// stroke along the line cannot be distinguished from the line.
TEST(Pictures, PrintedBoxesAreExcluded) {
  for (const double reach : {0.0, 0.1}) {
    auto form = photo_of_line("7");
    form.height = 120;
    form.box = 3;
    form.reach = reach;
    const auto found = read(form, 1);
    ASSERT_EQ(found.digits.size(), 1U) << reach;
    const auto& box = found.digits[0].box;
    EXPECT_NEAR(std::max(box.width, box.height), 120, 25) << reach;
    EXPECT_THAT(found.left_out, testing::Contains(testing::Key("box"))) << reach;
  }
}

// A line below two digits, and a line that a digit crosses, always the same digit.
TEST(Pictures, UnderlinesAreExcluded) {
  auto two = photo_of_line("41");
  two.height = 100;
  two.underline = 4;
  const auto apart = read(two);
  EXPECT_EQ(apart.digits.size(), 2U);
  EXPECT_THAT(apart.left_out, testing::Contains(Pair("line", 1)));
  auto crossed = photo_of_line("7");
  crossed.height = 120;
  crossed.underline = 4;
  crossed.reach = 0.08;
  const auto found = read(crossed, 1);
  ASSERT_EQ(found.digits.size(), 1U);
  EXPECT_LT(found.digits[0].box.width, 140);
}

// A picture's dark edge, shorter than twice the digit.
TEST(Pictures, DarkEdgeIsExcluded) {
  auto large = photo_of_line("6");
  large.height = 220;
  auto photo = photo_of(large);
  photo.colRange(0, 5) = 20;
  const auto found = cut_out_digits(photo).digits;
  ASSERT_EQ(found.size(), 1U);
  EXPECT_GT(found[0].box.x, 50);
}

// A thin 7 and a thin 4 consist of horizontal and vertical lines, which stay.
TEST(Pictures, StraightStrokesOfDigitsAreKept) {
  cv::Mat1b sheet(400, 700, std::uint8_t{255});
  const auto stroke = [&](cv::Point from, cv::Point to) {
    cv::line(sheet, from, to, cv::Scalar(20), 6);
  };
  stroke({80, 80}, {190, 80});
  stroke({190, 80}, {130, 320});
  stroke({420, 80}, {340, 230});
  stroke({340, 230}, {460, 230});
  stroke({420, 80}, {420, 320});
  stroke({600, 80}, {600, 320});
  const auto found = cut_out_digits(sheet);
  ASSERT_EQ(found.digits.size(), 3U);
  EXPECT_GT(found.digits[0].box.width, 100);
  EXPECT_GT(found.digits[1].box.width, 110);
  EXPECT_EQ(found.left_out.count("line"), 0U);
}

// The bars of sevens in a row lie on one line, with gaps.
TEST(Pictures, BarsOfDigitsInARowAreKept) {
  cv::Mat1b sheet(360, 620, std::uint8_t{255});
  for (const int x : {80, 220, 360}) {
    cv::line(sheet, {x, 80}, {x + 110, 80}, cv::Scalar(20), 12);
    cv::line(sheet, {x + 110, 80}, {x + 50, 280}, cv::Scalar(20), 12);
  }
  const auto found = cut_out_digits(sheet);
  ASSERT_EQ(found.digits.size(), 3U);
  for (const auto& digit : found.digits) EXPECT_GT(digit.box.width, 100);
  EXPECT_EQ(found.left_out.count("line"), 0U);
}

// Two rows of three: the upper one first.
TEST(Pictures, AreReadRowByRow) {
  auto page = photo_of_line("038\n269", 480, 400);
  page.height = 100;
  page.step = 1.4;
  const auto found = read(page).digits;
  ASSERT_EQ(found.size(), 6U);
  for (std::size_t k = 0; k < 6; ++k) {
    EXPECT_EQ(found[k].box.y > 200, k >= 3) << k;
    if (k % 3 > 0) {
      EXPECT_GT(found[k].box.x, found[k - 1].box.x) << k;
    }
  }
}

// A dash, a dot and a comma between digits are no digits, and are named.
TEST(Pictures, PunctuationMarksAreExcluded) {
  const std::map<char, std::vector<std::string>> names{
      {'-', {"dash"}}, {'.', {"dot", "mark", "speck"}}, {',', {"mark", "dot", "dash"}}};
  for (const auto& [mark, allowed] : names) {
    auto line = photo_of_line(std::string("6") + mark + "2", 560, 260);
    line.height = 120;
    const auto found = read(line);
    EXPECT_EQ(found.digits.size(), 2U) << mark;
    ASSERT_EQ(found.left_out.size(), 1U) << mark;
    EXPECT_THAT(allowed, testing::Contains(found.left_out.begin()->first)) << mark;
  }
}

// The same for a single mark on a sheet.
TEST(Pictures, SingleMarkIsNoDigit) {
  cv::Mat1b sheet(300, 300, std::uint8_t{240});
  cv::Mat1b dot = sheet.clone();
  cv::circle(dot, {150, 150}, 20, cv::Scalar(30), cv::FILLED);
  EXPECT_TRUE(cut_out_digits(dot).digits.empty());
  cv::line(sheet, {100, 150}, {200, 156}, cv::Scalar(30), 12);
  const auto dash = cut_out_digits(sheet);
  EXPECT_TRUE(dash.digits.empty());
  EXPECT_THAT(dash.left_out, ElementsAre(Pair("dash", 1)));
}

// The grain is half of the median change between neighbours: on 39 of 100 columns there is none, on
// the others it is 20.
TEST(FindParts, MeasuresTheGrainOfThePaper) {
  cv::Mat1b ink(30, 100, std::uint8_t{0});
  for (int y = 0; y < ink.rows; ++y) {
    for (int x = 40; x < ink.cols; ++x) ink(y, x) = (x + y) % 2 == 0 ? 20 : 0;
  }
  const auto parts = find_parts(ink, cv::Mat1b(ink.size(), std::uint8_t{0}));
  EXPECT_EQ(parts.grain, 10.0);
  EXPECT_TRUE(parts.boxes.empty());
}

// The name under which soft ink of one piece is left out; empty when it is kept.
std::string mark_in(cv::Mat1b ink) {
  cv::GaussianBlur(ink, ink, {0, 0}, 1.0);
  LeftOut left_out;
  const auto kept = group_digits(find_parts(ink, cv::Mat1b(ink >= 102)), left_out);
  EXPECT_EQ(kept.size() + left_out.size(), 1U);
  return left_out.empty() ? "" : left_out.begin()->first;
}

// A level bar is a dash when it is at least 2.5 times as long as thick, from the middle of a pixel
// to that of another: 99 to 39 is, and 99 to 40 is not. A long stroke that is no bar is no dash.
TEST(GroupDigits, LeavesOutLongBarsAsDashes) {
  const auto bar = [](int thickness) {
    cv::Mat1b ink(200, 300, std::uint8_t{0});
    ink(cv::Rect(100, 80, 100, thickness)) = 255;
    return ink;
  };
  EXPECT_EQ(mark_in(bar(40)), "dash");
  EXPECT_EQ(mark_in(bar(41)), "");
  cv::Mat1b zigzag(200, 300, std::uint8_t{0});
  cv::line(zigzag, {50, 110}, {100, 80}, cv::Scalar(255), 3);
  cv::line(zigzag, {100, 80}, {150, 110}, cv::Scalar(255), 3);
  cv::line(zigzag, {150, 110}, {200, 80}, cv::Scalar(255), 3);
  EXPECT_EQ(mark_in(zigzag), "");
}

// A 5 of three pieces and a dot: separate pieces make one digit if the caller expects one.
TEST(Pictures, PiecesOfOneDigitAreJoined) {
  cv::Mat1b sheet(300, 300, std::uint8_t{240});
  cv::line(sheet, {60, 60}, {60, 200}, cv::Scalar(30), 14);
  cv::line(sheet, {110, 40}, {110, 260}, cv::Scalar(30), 14);
  cv::line(sheet, {140, 60}, {200, 60}, cv::Scalar(30), 14);
  EXPECT_GT(cut_out_digits(sheet).digits.size(), 1U);
  const auto one = cut_out_digits(sheet, DigitCount::kOne).digits;
  ASSERT_EQ(one.size(), 1U);
  EXPECT_NEAR(one[0].box.width, 154, 20);  // to within the pen's width, at both ends
  EXPECT_NEAR(one[0].box.height, 234, 20);
}

}  // namespace
}  // namespace digits
