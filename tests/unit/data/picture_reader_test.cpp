#include "data/picture_reader.h"

#include <cstdint>
#include <cstdlib>
#include <opencv2/core.hpp>
#include <string>
#include <vector>

#include "base/error.h"
#include "data/image_file.h"
#include "support/photos.h"
#include "support/scoped_reader.h"
#include "support/testing.h"

namespace digits {
namespace {

using testing::ElementsAre;

// The pixels of the first digit, row by row.
std::vector<int> first_ink(const Reading& reading) {
  const auto& ink = reading.digits.front().ink;
  return {ink.begin(), ink.end()};
}

// The brightness of the paper is 240. A difference of 28 is below 12 % of it (28.8), one of 29 is
// not. The largest difference, 200, becomes 255, so 29 becomes 36.975 and 80 becomes 102. With all
// values inverted the paper is 15, 240 below white, and the ink is the same.
TEST(ReadAsOneDigit, MeasuresInkByItsDifferenceFromThePaper) {
  cv::Mat1b dark(4, 6, std::uint8_t{240});
  dark(1, 1) = 212;
  dark(1, 2) = 40;
  dark(1, 3) = 211;
  dark(2, 3) = 160;
  for (const auto& picture : {dark, cv::Mat1b(255 - dark)}) {
    const auto reading = read_as_one_digit(picture);
    ASSERT_EQ(reading.digits.size(), 1U);
    EXPECT_EQ(reading.digits[0].box, cv::Rect(2, 1, 2, 2));
    EXPECT_THAT(first_ink(reading), ElementsAre(255, 37, 0, 102));
    EXPECT_EQ(reading.left_out, "");
  }
}

// A rim of 24 pixels: 190, 200 and 210, eight of each, but the stroke takes the place of two. Their
// median is 200, so 190 and 210 are paper.
TEST(ReadAsOneDigit, TakesTheMedianOfTheRimForPaper) {
  cv::Mat1b picture(5, 9, std::uint8_t{200});
  for (int y = 0; y < picture.rows; ++y) {
    for (int x = 0; x < picture.cols; ++x) {
      const bool rim = y == 0 || y == 4 || x == 0 || x == 8;
      if (rim) picture(y, x) = static_cast<std::uint8_t>(190 + 10 * ((x + y) % 3));
    }
  }
  picture.col(4) = 20;
  const auto reading = read_as_one_digit(picture);
  ASSERT_EQ(reading.digits.size(), 1U);
  EXPECT_EQ(reading.digits[0].box, cv::Rect(4, 0, 1, 5));
  EXPECT_THAT(first_ink(reading), ElementsAre(255, 255, 255, 255, 255));
}

// The rim of 3x3 pixels has four of 150 and four of 200: of the two middle values the larger one is
// the paper. One darker pixel more, or one of 200 less, would make 150 the paper; the pixel in the
// middle and those beside the picture are darker. Differences of 50 and 200 become 64 and 255.
TEST(ReadAsOneDigit, TakesTheRimOfThePictureAlone) {
  cv::Mat1b sheet(4, 4, std::uint8_t{0});
  const cv::Mat1b picture = sheet(cv::Rect(0, 0, 3, 3));
  for (const int y : {0, 2}) sheet(y, 0) = sheet(y, 1) = 200;
  sheet(0, 2) = sheet(1, 0) = sheet(1, 2) = sheet(2, 2) = 150;
  const auto reading = read_as_one_digit(picture);
  ASSERT_EQ(reading.digits.size(), 1U);
  EXPECT_EQ(reading.digits[0].box, cv::Rect(0, 0, 3, 3));
  EXPECT_THAT(first_ink(reading), ElementsAre(0, 0, 64, 64, 255, 64, 0, 0, 64));
}

// On paper of 200, 12 % are 24: a difference of 24 is ink, and one of 23 is not.
TEST(ReadAsOneDigit, FindsADifferenceAtTheBound) {
  cv::Mat1b picture(7, 3, std::uint8_t{200});
  picture(3, 1) = 177;
  EXPECT_TRUE(read_as_one_digit(picture).digits.empty());
  picture(3, 1) = 176;
  const auto reading = read_as_one_digit(picture);
  ASSERT_EQ(reading.digits.size(), 1U);
  ASSERT_EQ(reading.digits[0].box, cv::Rect(1, 3, 1, 1));
  EXPECT_THAT(first_ink(reading), ElementsAre(255));
}

// On white paper 12 % are 30.6 of 255, and on black paper, too.
TEST(ReadAsOneDigit, FindsNoDigitInFaintInk) {
  for (const int paper : {0, 255}) {
    const auto with_a_dot = [&](int difference) {
      cv::Mat1b picture(7, 3, static_cast<std::uint8_t>(paper));
      picture(3, 1) = static_cast<std::uint8_t>(std::abs(paper - difference));
      return read_as_one_digit(picture);
    };
    EXPECT_TRUE(with_a_dot(0).digits.empty()) << paper;
    EXPECT_EQ(with_a_dot(0).seen, "contrast 0 %");
    EXPECT_TRUE(with_a_dot(30).digits.empty()) << paper;
    EXPECT_EQ(with_a_dot(30).seen, "contrast 11 %");
    ASSERT_EQ(with_a_dot(31).digits.size(), 1U) << paper;
    EXPECT_EQ(with_a_dot(31).digits[0].box, cv::Rect(1, 3, 1, 1));
  }
}

// The smallest sizes of an image.
TEST(ReadAsOneDigit, AcceptsTinyPictures) {
  for (const cv::Size size : {cv::Size(1, 1), cv::Size(2, 1), cv::Size(1, 40), cv::Size(3, 3)}) {
    cv::Mat1b picture(size, std::uint8_t{255});
    picture(0, 0) = 0;
    EXPECT_NO_THROW(read_as_one_digit(picture)) << size;
  }
}

// Finds the left and the right half of a picture.
Reading read_two_halves(const cv::Mat1b& grey, DigitCount) {
  Reading reading;
  for (const int x : {0, grey.cols / 2}) {
    const cv::Rect half(x, 0, grey.cols / 2, grey.rows);
    reading.digits.push_back({half, grey(half)});
  }
  reading.left_out = "1 stain";
  return reading;
}

std::string picture_of_two() {
  cv::Mat1b picture(20, 60, std::uint8_t{0});
  picture(cv::Rect(10, 5, 4, 10)) = 255;
  picture(cv::Rect(40, 5, 4, 10)) = 255;
  return encoded(".png", picture);
}

// The registered reader decides what a picture shows. Afterwards the core's is back.
TEST(PictureReader, IsTheRegisteredOne) {
  {
    const ScopedReader halves({"It shows two.", read_two_halves});
    EXPECT_EQ(picture_reader().help, "It shows two.");
    const auto two = decode_image(picture_of_two(), "x", grey_schema()).samples;
    ASSERT_EQ(two.size(), 2U);
    EXPECT_EQ(two[0].box, cv::Rect(0, 0, 30, 20));
    EXPECT_EQ(two[1].box, cv::Rect(30, 0, 30, 20));
  }
  EXPECT_EQ(picture_reader().help, "A picture shows one digit, on even paper.");
  const auto one = decode_image(picture_of_two(), "x", grey_schema());
  ASSERT_EQ(one.samples.size(), 1U);
  EXPECT_EQ(one.samples[0].box, cv::Rect(10, 5, 34, 10));
  EXPECT_EQ(one.note, "");
}

// A picture of the schema's size is one digit, and so is each picture if the caller says so.
TEST(PictureReader, IsToldTheNumberOfDigits) {
  std::vector<DigitCount> counts;
  const ScopedReader spy({"", [&](const cv::Mat1b& grey, DigitCount count) {
                            counts.push_back(count);
                            return read_as_one_digit(grey);
                          }});
  cv::Mat1b canvas(28, 28, std::uint8_t{255});
  canvas(cv::Rect(3, 2, 2, 9)) = 0;
  decode_image(encoded(".png", canvas), "x", grey_schema());
  decode_image(picture_of_two(), "x", grey_schema());
  decode_image(picture_of_two(), "x", grey_schema(), {DigitCount::kOne, true});
  EXPECT_THAT(counts, ElementsAre(DigitCount::kOne, DigitCount::kAnyNumber, DigitCount::kOne));
}

// The note names the other things that the reader saw.
TEST(PictureReader, NamesWhatIsLeftOut) {
  const ScopedReader halves({"", read_two_halves});
  EXPECT_EQ(decode_image(picture_of_two(), "x", grey_schema()).note, "left out: 1 stain");
}

// The error quotes the reader, if it found no digit.
TEST(PictureReader, ExplainsAMissingDigit) {
  const auto message = []() -> std::string {
    try {
      decode_image(picture_of_two(), "x", grey_schema());
    } catch (const Error& error) {
      return error.code() + ": " + error.what();
    }
    return "";
  };
  Reading nothing;
  nothing.seen = "dim light";
  {
    const ScopedReader blind({"", [&](const cv::Mat1b&, DigitCount) { return nothing; }});
    EXPECT_EQ(message(),
              "image.blank: x: no digit in 20x60 pixels (dim light), expected ink with a contrast "
              "of 12 % or more");
  }
  nothing.left_out = "2 stains";
  const ScopedReader blind({"", [&](const cv::Mat1b&, DigitCount) { return nothing; }});
  EXPECT_THAT(message(), testing::HasSubstr(" (dim light, left out: 2 stains), expected"));
}

}  // namespace
}  // namespace digits
