#include "data/set_options.h"

#include "support/testing.h"

namespace digits {
namespace {

TEST(PictureSize, IsReadFromText) {
  EXPECT_FALSE(parse_picture_size(""));
  const auto size = parse_picture_size("28x20");
  ASSERT_TRUE(size);
  EXPECT_EQ(size->rows, 28);
  EXPECT_EQ(size->cols, 20);
  EXPECT_EQ(size->channels, 1);
  EXPECT_EQ(parse_picture_size("64x48x3")->channels, 3);
  for (const char* text : {"28", "28x", "x28", "28x28x", "28x28x1", "28x28x2", "0x28", "-1x28",
                           "4097x1", "28X28", "28 x 28", "28x28x3x3", "a", "99999999999x1"}) {
    expect_error("config.value", [&] { parse_picture_size(text); });
  }
}

// By default a set is read as it is: any number of classes, labels from 0, images unchanged. A set
// without a test part gives a fifth of its images away.
TEST(SetOptions, HaveTheirDefaults) {
  const SetOptions options{};
  EXPECT_EQ(options.classes, 0);
  EXPECT_EQ(options.first_label, 0);
  EXPECT_FALSE(options.invert);
  EXPECT_FALSE(options.transpose);
  EXPECT_FALSE(options.size);
  EXPECT_EQ(options.test_share, 0.2);
  EXPECT_EQ(options.seed, 0U);
  EXPECT_EQ(options.threads, 1);
  const PictureSize size{};
  EXPECT_EQ(size.rows, 0);
  EXPECT_EQ(size.cols, 0);
  EXPECT_EQ(size.channels, 1);
}

// The limits of a side are 1 and 4096. A size with three channels has its own two sides.
TEST(PictureSize, ReachesTheLimits) {
  const auto line = parse_picture_size("1x4096");
  ASSERT_TRUE(line);
  EXPECT_EQ(line->rows, 1);
  EXPECT_EQ(line->cols, kMaxSide);
  const auto colour = parse_picture_size("4096x1x3");
  ASSERT_TRUE(colour);
  EXPECT_EQ(colour->rows, kMaxSide);
  EXPECT_EQ(colour->cols, 1);
  EXPECT_EQ(colour->channels, 3);
}

// Two images of 2x3 pixels.
Dataset small_set(int channels) {
  Dataset set{{2, 3, channels, {"0", "1"}}, {}, {0, 1}};
  for (std::size_t i = 0; i < 2 * set.schema.image_bytes(); ++i) {
    set.images.push_back(static_cast<std::uint8_t>(i));
  }
  return set;
}

TEST(ApplyOptions, ChangesNothingByDefault) {
  auto set = small_set(1);
  apply_options(set, SetOptions());
  EXPECT_EQ(set.images, small_set(1).images);
}

// [[0 1 2] [3 4 5]] becomes [[0 3] [1 4] [2 5]], in every image.
TEST(ApplyOptions, TransposesRowsAndColumns) {
  SetOptions options;
  options.transpose = true;
  auto set = small_set(1);
  apply_options(set, options);
  EXPECT_EQ(set.schema.rows, 3);
  EXPECT_EQ(set.schema.cols, 2);
  EXPECT_THAT(set.images, testing::ElementsAre(0, 3, 1, 4, 2, 5, 6, 9, 7, 10, 8, 11));
}

// The memory behind the last image is not changed. (A library that checks the unused capacity of
// vectors would report this test.)
TEST(ApplyOptions, TransposesOnlyTheImages) {
  SetOptions options;
  options.transpose = true;
  auto set = small_set(1);
  for (int i = 0; i < 6; ++i) set.images.push_back(static_cast<std::uint8_t>(50 + i));
  set.images.resize(12);  // the six bytes stay in the memory
  apply_options(set, options);
  const auto* const behind = set.images.data() + 12;
  EXPECT_THAT(std::vector<int>(behind, behind + 6), testing::ElementsAre(50, 51, 52, 53, 54, 55));
}

// A pixel's channels stay together.
TEST(ApplyOptions, TransposesPixelsNotChannels) {
  SetOptions options;
  options.transpose = true;
  auto set = small_set(3);
  apply_options(set, options);
  EXPECT_THAT(std::vector<int>(set.images.begin(), set.images.begin() + 9),
              testing::ElementsAre(0, 1, 2, 9, 10, 11, 3, 4, 5));
}

TEST(ApplyOptions, InvertsDarkOnLightImages) {
  SetOptions options;
  options.invert = true;
  auto set = small_set(1);
  apply_options(set, options);
  EXPECT_THAT(std::vector<int>(set.images.begin(), set.images.begin() + 3),
              testing::ElementsAre(255, 254, 253));
}

// Ink of a cut-out digit is bright for any picture.
TEST(ApplyOptions, KeepsCutOutDigitsBright) {
  SetOptions options;
  options.invert = true;
  options.size = PictureSize{2, 3, 1};
  auto set = small_set(1);
  apply_options(set, options);
  EXPECT_EQ(set.images, small_set(1).images);
  options.size->channels = 3;
  apply_options(set, options);
  EXPECT_EQ(set.images[0], 255);
}

}  // namespace
}  // namespace digits
