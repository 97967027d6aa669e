#include "data/contact_sheet.h"

#include <opencv2/imgcodecs.hpp>

#include "support/testing.h"

namespace digits {
namespace {

// Two classes, two originals and one augmented version each: where every pixel comes from can be
// counted. Images of 28 x 28 are doubled; cells are 56 pixels and 4 apart, names take 90.
TEST(ContactSheet, ShowsOriginalsWithTheirVersions) {
  const TemporaryDirectory folder;
  Dataset set = random_dataset(8, 28, 28);
  set.schema.class_names = {"a", "b"};
  for (std::size_t i = 0; i < set.size(); ++i) set.labels[i] = static_cast<std::uint8_t>(i % 2);
  ContactSheetOptions options;
  options.originals = 2;
  options.augmented = 1;
  options.augment.erase = 1.0;
  write_contact_sheet(folder / "sheet.png", set, options);

  const cv::Mat3b sheet = cv::imread((folder / "sheet.png").string());
  ASSERT_EQ(sheet.size(), cv::Size(90 + 4 * 60, 4 + 2 * 60));
  const auto cell = [&](int row, int place) {
    return cv::Rect(90 + place * 60, 4 + row * 60, 56, 56);
  };
  const auto pixel = [&](int row, int place, int y, int x) {
    return sheet(cell(row, place))(2 * y, 2 * x)[0];
  };
  for (int y = 0; y < 28; ++y) {
    for (int x = 0; x < 28; ++x) {
      EXPECT_EQ(pixel(0, 0, y, x), set.image(0)[y * 28 + x]);  // the first of class a
      EXPECT_EQ(pixel(0, 2, y, x), set.image(2)[y * 28 + x]);  // the second
      EXPECT_EQ(pixel(1, 0, y, x), set.image(1)[y * 28 + x]);  // the first of class b
      const auto version = pixel(0, 1, y, x);
      EXPECT_TRUE(version == 0 || version == set.image(0)[y * 28 + x]);  // erased, or left alone
    }
  }
}

// A class with too few images, or none, leaves its places empty.
TEST(ContactSheet, DrawsWhatThereIs) {
  const TemporaryDirectory folder;
  Dataset set = random_dataset(1, 9, 12, 3);
  set.schema.class_names = {"one", "two", "three"};
  set.labels = {1};
  write_contact_sheet(folder / "sheet.png", set, {});
  EXPECT_FALSE(cv::imread((folder / "sheet.png").string()).empty());
}

TEST(ContactSheet, NamesAPlaceThatCannotBeWritten) {
  expect_error("output.unwritable", [] {
    write_contact_sheet("/no/such/folder/sheet.png", random_dataset(4, 8, 8), {});
  });
}

}  // namespace
}  // namespace digits
