#include "photos/reading_order.h"

#include "support/testing.h"

namespace digits {
namespace {

using testing::ElementsAre;

// Two rows of three, given in random order.
TEST(ReadingOrder, ReadsRowsFromTheTop) {
  const std::vector<cv::Rect> boxes{{200, 10, 30, 60}, {20, 100, 30, 60}, {20, 12, 30, 60},
                                    {110, 98, 30, 60}, {110, 5, 30, 60},  {200, 104, 30, 60}};
  EXPECT_THAT(reading_order(boxes), ElementsAre(ElementsAre(2, 4, 0), ElementsAre(1, 3, 5)));
}

// A row that slopes by more than a digit's height stays one row, and the row below it is another
// one.
TEST(ReadingOrder, FollowsASlopingRow) {
  std::vector<cv::Rect> boxes;
  for (int row = 0; row < 2; ++row) {
    for (int k = 0; k < 8; ++k) boxes.emplace_back(60 * k, 110 * row + 12 * k, 40, 60);
  }
  EXPECT_THAT(reading_order(boxes), ElementsAre(ElementsAre(0, 1, 2, 3, 4, 5, 6, 7),
                                                ElementsAre(8, 9, 10, 11, 12, 13, 14, 15)));
}

// A dot at the foot of a digit belongs to its row. A longer row does not take the end of a shorter
// one.
TEST(ReadingOrder, AssignsLowMarksToTheirRow) {
  const std::vector<cv::Rect> boxes{{0, 0, 40, 60},  {50, 52, 8, 8},   {70, 0, 40, 60},
                                    {0, 90, 40, 60}, {60, 90, 40, 60}, {120, 90, 40, 60}};
  EXPECT_THAT(reading_order(boxes), ElementsAre(ElementsAre(0, 1, 2), ElementsAre(3, 4, 5)));
}

// A comma of a third of the height, which begins below its row.
TEST(ReadingOrder, AssignsHangingMarksToTheirRow) {
  const std::vector<cv::Rect> boxes{{0, 0, 60, 120}, {80, 134, 15, 40}, {110, 0, 60, 120}};
  EXPECT_THAT(reading_order(boxes), ElementsAre(ElementsAre(0, 1, 2)));
}

// Rows are sorted by the middles of their boxes: a short box below a tall one, and a tall box below
// a short one, are the second row.
TEST(ReadingOrder, SortsRowsByTheirMiddles) {
  const auto upper_is_second = ElementsAre(ElementsAre(1), ElementsAre(0));
  EXPECT_THAT(reading_order({{40, 55, 30, 10}, {0, 0, 30, 40}}), upper_is_second);
  EXPECT_THAT(reading_order({{40, 38, 30, 100}, {0, 0, 30, 10}}), upper_is_second);
}

TEST(ReadingOrder, OfNoBoxesIsEmpty) { EXPECT_TRUE(reading_order({}).empty()); }

}  // namespace
}  // namespace digits
