#include "data/contact_sheet.h"

#include <algorithm>
#include <opencv2/imgcodecs.hpp>

#include "support/testing.h"

namespace digits {
namespace {

// Two classes of seven images: the first six are drawn with three augmented versions each, and the
// place of every pixel can be computed. Images of 28 x 28 are doubled; cells are 56 pixels and 4
// apart, names take 90.
TEST(ContactSheet, ShowsOriginalsWithTheirVersions) {
  const TemporaryDirectory folder;
  Dataset set = random_dataset(14, 28, 28);
  set.schema.class_names = {"a", "b"};
  for (std::size_t i = 0; i < set.size(); ++i) set.labels[i] = static_cast<std::uint8_t>(i % 2);
  AugmentOptions options;
  options.erase = 1.0;
  write_contact_sheet(folder / "sheet.png", set, options, 0);

  const cv::Mat3b sheet = cv::imread((folder / "sheet.png").string());
  int erased = 0;
  ASSERT_EQ(sheet.size(), cv::Size(90 + 24 * 60, 4 + 2 * 60));
  const auto cell = [&](int row, int place) {
    return cv::Rect(90 + place * 60, 4 + row * 60, 56, 56);
  };
  const auto pixel = [&](int row, int place, int y, int x) {
    return sheet(cell(row, place))(2 * y, 2 * x)[0];
  };
  for (int y = 0; y < 28; ++y) {
    for (int x = 0; x < 28; ++x) {
      EXPECT_EQ(pixel(0, 0, y, x), set.image(0)[y * 28 + x]);  // the first of class a
      EXPECT_EQ(pixel(0, 4, y, x), set.image(2)[y * 28 + x]);  // the second
      EXPECT_EQ(pixel(1, 0, y, x), set.image(1)[y * 28 + x]);  // the first of class b
      for (const int row : {0, 1}) {
        const auto version = pixel(row, 3, y, x);
        const auto original = set.image(static_cast<std::size_t>(row))[y * 28 + x];
        EXPECT_TRUE(version == 0 || version == original);
        erased += version != original ? 1 : 0;
      }
    }
  }
  EXPECT_GT(erased, 0);  // two rectangles, each empty with a chance of 1/28 at most
}

// The row of a class without images has its name and background only. An image that was removed
// from the set stays in its memory, and is not shown.
TEST(ContactSheet, LeavesTheRowOfAnEmptyClassBlank) {
  const TemporaryDirectory folder;
  Dataset set = random_dataset(2, 9, 12, 3);
  set.schema.class_names = {"one", "two", "three"};
  set.labels = {1, 2};
  set.labels.pop_back();
  write_contact_sheet(folder / "sheet.png", set, {}, 0);
  const cv::Mat3b sheet = cv::imread((folder / "sheet.png").string());
  const cv::Mat3b third = sheet(cv::Rect(90, 4 + 2 * 40, sheet.cols - 90, 36));
  EXPECT_TRUE(std::all_of(third.begin(), third.end(),
                          [&](const cv::Vec3b& pixel) { return pixel == third(0, 0); }));
}

// Large images are reduced, since their sheet would fill the memory.
TEST(ContactSheet, ReducesLargeImages) {
  const TemporaryDirectory folder;
  Dataset set = random_dataset(2, 300, 150);
  set.schema.class_names = {"a"};
  set.labels = {0, 0};
  write_contact_sheet(folder / "sheet.png", set, {}, 0);
  EXPECT_EQ(cv::imread((folder / "sheet.png").string()).size(), cv::Size(90 + 24 * 32, 4 + 60));
}

TEST(ContactSheet, NamesAnUnwritablePath) {
  expect_error("output.unwritable", [] {
    write_contact_sheet("/no/such/folder/sheet.png", random_dataset(4, 8, 8), {}, 0);
  });
}

// Sheets of many classes end after 40 rows, so that a viewer can open them.
TEST(ContactSheet, ShowsFortyClasses) {
  const TemporaryDirectory folder;
  for (const auto& [classes, rows] : {std::pair(39, 39), std::pair(40, 40), std::pair(41, 40)}) {
    write_contact_sheet(folder / "sheet.png", random_dataset(1, 28, 28, 1, classes), {}, 0);
    EXPECT_EQ(cv::imread((folder / "sheet.png").string()).size(),
              cv::Size(90 + 24 * 60, 4 + 60 * rows));
  }
}

}  // namespace
}  // namespace digits
