// Image files become samples through the registered reader of photographs.
#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <opencv2/imgproc.hpp>
#include <string>
#include <vector>

#include "base/error.h"
#include "cli/extras.h"
#include "data/image_file.h"
#include "photos/photo.h"
#include "support/photos.h"
#include "support/program.h"
#include "support/scoped_reader.h"
#include "support/testing.h"

namespace digits {
namespace {

using testing::HasSubstr;

class DecodePhoto : public testing::Test {
 protected:
  static Picture decoded_photo(const cv::Mat& picture) {
    return decode_image(encoded(".png", picture), "x.png", grey_schema());
  }

  // The image of the only digit.
  static std::vector<std::uint8_t> only_digit(const cv::Mat& picture) {
    const auto samples = decoded_photo(picture).samples;
    EXPECT_EQ(samples.size(), 1U);
    return samples.front().image;
  }

  // "CODE: WHAT" of a picture without a digit.
  static std::string refused_photo(const cv::Mat& picture) {
    try {
      decoded_photo(picture);
    } catch (const Error& error) {
      return error.code() + ": " + error.what();
    }
    return "no error";
  }

 private:
  const ScopedReader reader_{PictureReader{"", read_photo}};
};

// A bar of ink, off-centre on a large sheet.
cv::Mat1b bar_on_a_sheet(std::uint8_t paper, std::uint8_t ink) {
  cv::Mat1b image(200, 300, paper);
  cv::rectangle(image, {40, 30}, {60, 130}, cv::Scalar(ink), cv::FILLED);
  return image;
}

// The program's reader is this one.
TEST(AddPhotos, RegistersTheReader) {
  const auto extras = all_extras();
  EXPECT_THAT(extras.picture_reader.help, HasSubstr("A photo may show rows of digits"));
  const ScopedReader reader(extras.picture_reader);
  cv::Mat1b two(100, 200, std::uint8_t{230});
  for (const int x : {40, 140}) two(cv::Rect(x, 20, 12, 60)) = 20;
  EXPECT_EQ(decode_image(encoded(".png", two), "x", grey_schema()).samples.size(), 2U);
}

// Dark on light and light on dark give the same digit, except for its soft edge.
TEST_F(DecodePhoto, IgnoresPolarity) {
  const auto dark = only_digit(bar_on_a_sheet(255, 0));
  const auto light = only_digit(bar_on_a_sheet(0, 255));
  EXPECT_LT(cv::norm(dark, light, cv::NORM_L1) / (28 * 28), 10.0);  // one pixel of 20 at the edges
  EXPECT_GT(*std::max_element(dark.begin(), dark.end()), 0);
}

// Grey on grey is stretched to full ink.
TEST_F(DecodePhoto, StretchesFaintInk) {
  const auto faint = only_digit(bar_on_a_sheet(180, 120));
  EXPECT_EQ(*std::max_element(faint.begin(), faint.end()), 255);
}

// The message describes the picture and its pieces of ink.
TEST_F(DecodePhoto, ExplainsAMissingDigit) {
  EXPECT_EQ(refused_photo(cv::Mat1b(200, 300, std::uint8_t{200})),
            "image.blank: x.png: no digit in 200x300 pixels (contrast 0 % of the paper's "
            "brightness), expected ink with a contrast of 12 % or more");
  EXPECT_THAT(refused_photo(bar_on_a_sheet(200, 190)), HasSubstr("image.blank"));
  cv::Mat1b dash(200, 300, std::uint8_t{240});
  cv::line(dash, {100, 100}, {200, 100}, cv::Scalar(30), 12);
  const auto marked = refused_photo(dash);
  EXPECT_THAT(marked, HasSubstr("largest piece of ink 1"));
  EXPECT_THAT(marked, HasSubstr("left out: 1 dash"));
}

// Ruled paper without writing.
TEST_F(DecodePhoto, FindsNoDigitOnRuledPaper) {
  cv::Mat1b paper(200, 300, std::uint8_t{230});
  for (int y = 20; y < 200; y += 40) paper.row(y) = 60;
  EXPECT_THAT(refused_photo(paper), testing::StartsWith("image.blank: "));
}

// A thousand dots are specks, each far smaller than any digit of such a sheet. They are too sparse
// to be the paper's grain.
TEST_F(DecodePhoto, FindsNoDigitInDots) {
  cv::Mat1b dots(800, 800, std::uint8_t{255});
  for (int y = 10; y < 800; y += 25) {
    for (int x = 10; x < 800; x += 25) dots(cv::Rect(x, y, 4, 4)) = 0;
  }
  EXPECT_THAT(refused_photo(dots), testing::StartsWith("image.blank: "));
}

// Excluded marks are named beside the samples.
TEST_F(DecodePhoto, NamesExcludedMarks) {
  auto line = photo_of_line("6-2", 560, 260);
  line.height = 120;
  const auto picture = decoded_photo(compose_photo(line, test_seed()));
  EXPECT_EQ(picture.samples.size(), 2U);
  EXPECT_EQ(picture.note, "left out: 1 dash");
}

// Several marks of one kind are counted, in the plural: two dashes, and two dots in boxes.
TEST_F(DecodePhoto, CountsExcludedMarks) {
  cv::Mat1b marks(300, 400, std::uint8_t{240});
  const cv::Scalar ink(30);
  for (const int x : {100, 300}) {
    cv::line(marks, {x - 40, 50}, {x + 40, 50}, ink, 12);
    cv::circle(marks, {x, 200}, 20, ink, cv::FILLED);
    cv::rectangle(marks, {x - 50, 150}, {x + 50, 250}, ink, 3);
  }
  const auto message = refused_photo(marks);
  EXPECT_THAT(message, testing::StartsWith("image.blank: "));
  EXPECT_THAT(message, HasSubstr("left out: 2 boxes, 2 dashes, 2 dots)"));
}

// A canvas of the schema's size with the digit in its corner, or filling it, dark on light and
// light on dark, is brought to the frame of training images.
TEST_F(DecodePhoto, BringsACanvasToTheNormalForm) {
  for (const auto& canvas : unframed_canvases()) {
    auto digit = only_digit(canvas);
    const cv::Mat1b image(28, 28, digit.data());
    const auto moments = cv::moments(image);
    EXPECT_NEAR(moments.m10 / moments.m00, 14.0, 1.0);
    EXPECT_NEAR(moments.m01 / moments.m00, 14.0, 1.0);
    EXPECT_NEAR(cv::boundingRect(image > 100).height, 20, 1);
  }
}

// The committed pictures have one digit for each digit of the name.
TEST_F(DecodePhoto, FindsTheDigitsOfTheCommittedPictures) {
  int count = 0;
  const std::filesystem::path folder = source_path("extras/photos/tests/pictures");
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (!is_image_name(entry.path())) continue;
    const auto name = entry.path().filename().string();
    EXPECT_EQ(read_image(entry.path(), grey_schema()).samples.size(), name.find('-')) << name;
    ++count;
  }
  EXPECT_EQ(count, 10);
}

}  // namespace
}  // namespace digits
