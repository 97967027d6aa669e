// Pictures in class folders: their colours and sizes, and those that cannot be read.
#include <fmt/format.h>

#include <cstdint>
#include <opencv2/core.hpp>
#include <string>
#include <vector>

#include "base/files.h"
#include "data/class_folders.h"
#include "data/image_file.h"
#include "support/testing.h"
#include "unit/data/class_set.h"

namespace digits {
namespace {

// Grey in three equal channels is grey. One coloured image in any part makes the set RGB.
TEST(LoadClassFolders, IsGreyIfAllImagesAreGrey) {
  const TemporaryDirectory root;
  write_image(root / "train" / "a" / "0.png", grey_image(7));
  write_image(root / "train" / "b" / "0.png", cv::Mat3b(2, 3, cv::Vec3b(8, 8, 8)));
  write_image(root / "test" / "a" / "0.png", grey_image(9));
  const auto sets = load_class_folders(root.path(), {});
  EXPECT_EQ(sets.train.schema.channels, 1);
  EXPECT_THAT(values_of(sets.train), testing::ElementsAre(7, 8));
  write_image(root / "test" / "b" / "0.png", cv::Mat3b(2, 3, cv::Vec3b(3, 2, 1)));  // blue first
  const auto colour = load_class_folders(root.path(), {});
  EXPECT_EQ(colour.train.schema.channels, 3);
  EXPECT_EQ(colour.train.images, std::vector<std::uint8_t>([] {
              std::vector<std::uint8_t> pixels(18, 7);
              pixels.resize(36, 8);
              return pixels;
            }()));
  const auto* last = colour.test.image(1);
  EXPECT_THAT(std::vector<int>(last, last + 3), testing::ElementsAre(1, 2, 3));
}

// Colour pictures of several sizes are resized, in RGB order.
TEST(LoadClassFolders, ResizesColourPictures) {
  const TemporaryDirectory root;
  for (int k = 0; k < 2; ++k) {
    for (int i = 1; i < 3; ++i) {
      write_image(root / std::to_string(k) / fmt::format("{}.png", i),
                  cv::Mat3b(4 * i, 6 * i, cv::Vec3b(3, 2, 1)));
    }
  }
  EXPECT_THAT(folder_refusal(root.path()), testing::StartsWith("data.image_size: "));
  SetOptions options;
  options.size = PictureSize{2, 3, 3};
  const auto sets = load_class_folders(root.path(), options);
  const Schema expected{2, 3, 3, {"0", "1"}};
  EXPECT_TRUE(sets.train.schema == expected);
  EXPECT_THAT(std::vector<int>(sets.test.image(0), sets.test.image(0) + 6),
              testing::ElementsAre(1, 2, 3, 1, 2, 3));
}

// A dark bar on light paper of `side` pixels, which predict can find.
cv::Mat1b bar(int side) {
  cv::Mat1b paper(side, side, std::uint8_t{230});
  paper(cv::Rect(2 * side / 5, side / 5, side / 8, 3 * side / 5)).setTo(20);
  return paper;
}

// Pictures of several sizes with one digit each: digits are cut out as by predict, with bright ink.
TEST(LoadClassFolders, CutsDigitsOutOfPictures) {
  const TemporaryDirectory root;
  for (int k = 0; k < 2; ++k) {
    for (int i = 0; i < 12; ++i) {
      write_image(root / std::to_string(k) / fmt::format("{:02}.png", i), bar(100 + 10 * i));
    }
  }
  SetOptions options;
  options.size = PictureSize{28, 28, 1};
  const auto sets = load_class_folders(root.path(), options);
  EXPECT_EQ(sets.train.size() + sets.test.size(), 24U);
  EXPECT_THAT(sets.findings, testing::IsEmpty());
  const auto sample = read_image(root / "0" / "00.png", sets.train.schema).samples;
  ASSERT_EQ(sample.size(), 1U);
  EXPECT_EQ(sets.train.image(0)[0], 0);               // paper
  EXPECT_GT(sets.train.image(0)[28 * 14 + 14], 200);  // ink
  EXPECT_EQ(sample[0].image.size(), sets.train.schema.image_bytes());

  // One blank picture of 24 is omitted and named. Three are too many.
  write_image(root / "1" / "00.png", cv::Mat1b(100, 100, std::uint8_t{230}));
  const auto fewer = load_class_folders(root.path(), options);
  EXPECT_EQ(fewer.train.size() + fewer.test.size(), 23U);
  ASSERT_EQ(fewer.findings.size(), 1U);
  EXPECT_EQ(fewer.findings[0].code, "data.unread");
  EXPECT_EQ(fewer.findings[0].severity, Severity::kWarning);
  EXPECT_THAT(fewer.findings[0].message, testing::HasSubstr((root / "1" / "00.png").string()));
  for (const char* name : {"01.png", "02.png"}) {
    write_image(root / "1" / name, cv::Mat1b(100, 100, std::uint8_t{230}));
  }
  EXPECT_EQ(error_code([&] { load_class_folders(root.path(), options); }), "data.unread");
}

// A tenth of the pictures may be unreadable. The message counts them and names the first three.
TEST(LoadClassFolders, ToleratesATenthOfUnreadablePictures) {
  const TemporaryDirectory root;
  for (const char* name : {"0", "1"}) {
    for (int i = 0; i < 20; ++i) write_image(root / name / fmt::format("{:02}.png", i), bar(100));
  }
  const auto blank = [&](int i) {
    write_image(root / "1" / fmt::format("{:02}.png", i), cv::Mat1b(60, 60, std::uint8_t{230}));
  };
  SetOptions options;
  options.size = PictureSize{28, 28, 1};
  for (const int i : {0, 1, 2, 3}) blank(i);
  const auto four = load_class_folders(root.path(), options);
  ASSERT_EQ(four.findings.size(), 1U);
  EXPECT_EQ(four.findings[0].severity, Severity::kWarning);
  EXPECT_THAT(four.findings[0].message,
              testing::AllOf(testing::StartsWith("4 of 40 pictures left out"),
                             testing::HasSubstr((root / "1" / "02.png").string()),
                             testing::Not(testing::HasSubstr((root / "1" / "03.png").string())),
                             testing::EndsWith("; ...")));
  blank(4);
  EXPECT_EQ(error_code([&] { load_class_folders(root.path(), options); }), "data.unread");
}

TEST(LoadClassFolders, NamesTheMismatchedFile) {
  const TemporaryDirectory root;
  write_classes(root.path(), 5);
  const auto file = root / "1" / "03.png";
  write_image(file, cv::Mat1b(3, 2, std::uint8_t{1}));
  EXPECT_THAT(folder_refusal(root.path()),
              testing::StartsWith("data.image_size: " + file.string()));
  for (const char* bytes : {"no PNG", ""}) {
    write_file(file, bytes);
    EXPECT_THAT(folder_refusal(root.path()),
                testing::StartsWith("image.unreadable: " + file.string()));
  }
}

TEST(LoadClassFolders, RejectsSidesBeyondTheLimit) {
  const TemporaryDirectory root;
  for (const char* name : {"a", "b"}) {
    write_image(root / name / "0.png", cv::Mat1b(1, kMaxSide + 1, std::uint8_t{1}));
  }
  EXPECT_THAT(folder_refusal(root.path()), testing::StartsWith("data.image_size: "));
}

// A set above 2^30 values would fill the memory: it is rejected before its pictures are decoded. 65
// images of 2^24 pixels are too many.
TEST(LoadClassFolders, RejectsSetsThatFillTheMemory) {
  const TemporaryDirectory root;
  write_image(root / "0" / "00.png", cv::Mat1b(kMaxSide, kMaxSide, std::uint8_t{7}));
  make_directories(root / "1");
  for (int i = 0; i < 64; ++i) write_file(root / "1" / fmt::format("{:02}.png", i), "x");
  EXPECT_EQ(folder_refusal(root.path()),
            "data.too_large: 65 images of 4096x4096 pixels, expected at most 1073741824 pixels in "
            "all");
  SetOptions options;
  options.size = PictureSize{kMaxSide, kMaxSide, 1};
  EXPECT_EQ(folder_refusal(root.path(), options),
            "data.too_large: 65 images of 4096x4096x1, expected at most 1073741824 values in all");
}

}  // namespace
}  // namespace digits
