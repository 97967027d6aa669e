#include "data/photo_set.h"

#include <algorithm>
#include <numeric>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "base/files.h"
#include "data/image_file.h"
#include "support/scoped_reader.h"
#include "support/testing.h"

namespace digits {
namespace {

namespace fs = std::filesystem;

const Schema kDigits{28, 28, 1, numbered_class_names(10)};

fs::path drawn(int digit) { return fixtures() / "digits" / (std::to_string(digit) + "-large.png"); }

// root/<class>/<name>, a copy of a drawn digit.
void add_digit(const fs::path& root, int digit, const std::string& name) {
  make_directories(root / std::to_string(digit));
  fs::copy(drawn(digit), root / std::to_string(digit) / name);
}

// The pictures, each with its position as its label.
Photos read_pictures(const std::vector<fs::path>& paths, int threads,
                     const ReadOptions& options = {}) {
  ClassFiles files{paths, std::vector<std::uint8_t>(paths.size())};
  std::iota(files.labels.begin(), files.labels.end(), std::uint8_t{0});
  return read_photos(files, kDigits, threads, options);
}

// The result is that of predict, in the order of the paths, for any number of threads.
TEST(ReadPhotos, AgreesWithPredict) {
  const std::vector<fs::path> paths{drawn(3), drawn(1), drawn(7)};
  const auto set = read_pictures(paths, 1).set;
  EXPECT_THAT(set.labels, testing::ElementsAre(0, 1, 2));
  ASSERT_EQ(set.images.size(), 3 * kDigits.image_bytes());
  for (std::size_t i = 0; i < paths.size(); ++i) {
    const auto expected = read_image(paths[i], kDigits).samples.front().image;
    EXPECT_TRUE(std::equal(expected.begin(), expected.end(), set.image(i)));
  }
  EXPECT_EQ(read_pictures(paths, 3).set.images, set.images);
}

// Finds the same digit twice in a picture that is twice as wide as high.
Reading read_wide_as_two(const cv::Mat1b& grey, DigitCount) {
  auto reading = read_as_one_digit(grey);
  if (grey.cols == 2 * grey.rows) reading.digits.push_back(reading.digits.front());
  return reading;
}

// Unreadable pictures are listed separately: no file, no picture, no ink, two digits.
TEST(ReadPhotos, ListsUnreadablePictures) {
  const ScopedReader reader({"", read_wide_as_two});
  const TemporaryDirectory folder;
  write_file(folder / "text.png", "no picture");
  const cv::Mat3b digit = cv::imread(drawn(1).string());
  cv::Mat3b two;
  cv::hconcat(digit, digit, two);
  ASSERT_TRUE(cv::imwrite(folder / "two.png", two));
  ASSERT_TRUE(cv::imwrite(folder / "blank.png", cv::Mat1b(90, 90, std::uint8_t{240})));
  const auto photos = read_pictures({folder / "none.png", folder / "text.png", drawn(5),
                                     folder / "two.png", folder / "blank.png"},
                                    2);
  EXPECT_THAT(photos.set.labels, testing::ElementsAre(2));
  EXPECT_EQ(photos.set.images.size(), kDigits.image_bytes());
  std::vector<std::string> codes;
  for (const auto& [path, error] : photos.unread) {
    codes.push_back(path.filename().string() + " " + error.code());
  }
  EXPECT_THAT(codes, testing::ElementsAre("none.png input.missing", "text.png image.unreadable",
                                          "two.png image.several", "blank.png image.blank"));
}

// A picture truncated anywhere is read or listed as unreadable, without an exception.
TEST(ReadPhotos, AcceptsDamagedPictures) {
  const TemporaryDirectory folder;
  const auto whole = read_file(drawn(2));
  std::vector<fs::path> paths;
  for (std::size_t size = 0; size < whole.size(); size += 1 + whole.size() / 40) {
    paths.push_back(folder / (std::to_string(size) + ".png"));
    write_file(paths.back(), whole.substr(0, size), Durability::kUnsynced);
  }
  const auto photos = read_pictures(paths, 2);
  EXPECT_EQ(photos.set.size() + photos.unread.size(), paths.size());
  EXPECT_EQ(photos.set.images.size(), photos.set.size() * kDigits.image_bytes());
}

// Images of the schema's size stay unchanged if the training images are not in normal form.
TEST(ReadPhotos, UsesTheNormalFormByDefault) {
  const TemporaryDirectory folder;
  std::vector<std::uint8_t> corner(kDigits.image_bytes());
  for (int row = 2; row < 12; ++row) corner[28 * row + 3] = 255;
  write_png(folder / "corner.png", corner.data(), kDigits);
  ReadOptions as_they_are;
  as_they_are.normal_form = false;
  EXPECT_EQ(read_pictures({folder / "corner.png"}, 1, as_they_are).set.images, corner);
  EXPECT_NE(read_pictures({folder / "corner.png"}, 1).set.images, corner);
}

// Labels are those of the model's classes, also if the folder has only some of them.
TEST(LabelledPhotos, TakesLabelsFromTheFolders) {
  const TemporaryDirectory root;
  add_digit(root.path(), 7, "b.png");
  add_digit(root.path(), 7, "a.png");
  add_digit(root.path(), 3, "c.png");
  write_file(root / "3" / "a.png", "no picture");
  write_file(root / "3" / "d.bmp", "x");
  const auto labelled = read_labelled_photos(root.path(), kDigits, 1);
  ASSERT_EQ(labelled.unread.size(), 1U);
  EXPECT_EQ(labelled.unread[0].path, root / "3" / "a.png");
  const auto& set = labelled.set;
  EXPECT_THAT(set.labels, testing::ElementsAre(3, 7, 7));
  EXPECT_EQ(set.images.size(), 3 * kDigits.image_bytes());
  EXPECT_TRUE(set.schema == kDigits);
  ASSERT_EQ(labelled.findings.size(), 1U);
  EXPECT_THAT(labelled.findings[0].message, testing::HasSubstr("3/d.bmp"));
}

TEST(LabelledPhotos, RejectsUnlabelledPictures) {
  const TemporaryDirectory root;
  expect_error("input.missing", [&] { read_labelled_photos(root / "none", kDigits, 1); });
  expect_error("input.missing", [&] { read_labelled_photos(root.path(), kDigits, 1); });
  make_directories(root / "eleven");
  expect_error("data.label_range", [&] { read_labelled_photos(root.path(), kDigits, 1); });
}

}  // namespace
}  // namespace digits
