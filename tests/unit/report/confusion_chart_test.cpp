// Confusion matrices, read back as XML: the positions of their elements.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <stdexcept>
#include <string>
#include <vector>

#include "report/chart.h"
#include "support/xml.h"
#include "unit/report/small_charts.h"

namespace digits {
namespace {

// Rows are the truth, downwards; columns the prediction, to the right.
TEST(ConfusionChart, HasTruthInRows) {
  const auto svg = parse_xml(draw(three_classes()).text);
  const auto wrong = elements(svg, "rect", "wrong");
  ASSERT_EQ(wrong.size(), 2U);
  EXPECT_EQ(wrong[0].children.at(0).text, "a taken for b: 1 of 9, 11.11 %");
  EXPECT_EQ(wrong[1].children.at(0).text, "b taken for a: 3 of 4, 75.00 %");
  EXPECT_LT(wrong[1].number("x"), wrong[0].number("x"));
  EXPECT_GT(wrong[1].number("y"), wrong[0].number("y"));
  EXPECT_NEAR(wrong[1].number("x") + wrong[1].number("width") / 2.0, tick_x(svg, "a"), 1.0);
  EXPECT_NEAR(wrong[1].number("y") + wrong[1].number("height") / 2.0, tick_y(svg, "b"), 1.0);
  EXPECT_THAT(texts(svg),
              testing::Contains(testing::StartsWith("rows: truth, columns: prediction")));
}

// The root of the share of the row: by hand, of 3 in 4 0.866, of 8 in 9 0.943. A row without images
// has no colour, and no division by zero.
TEST(ConfusionChart, ColoursByRow) {
  const auto svg = parse_xml(draw(three_classes()).text);
  EXPECT_NEAR(elements(svg, "rect", "wrong").at(1).number("fill-opacity"), 0.866, 0.0006);
  const auto right = elements(svg, "rect", "right");
  ASSERT_EQ(right.size(), 2U);
  EXPECT_NEAR(right[0].number("fill-opacity"), 0.943, 0.0006);
  EXPECT_EQ(elements(svg, "text", "zero").size(), 5U);
  EXPECT_EQ(elements(svg, "text", "deep").size(), 2U);  // light text on the two strong colours
}

TEST(ConfusionChart, OfOneClassIsOneCell) {
  const auto svg = parse_xml(draw(ConfusionChart{"", {"a"}, {{7}}}).text);
  EXPECT_EQ(elements(svg, "rect", "right").at(0).number("fill-opacity"), 1.0);
  EXPECT_THAT(texts(svg), testing::Contains("7"));
}

// Every number stays inside its cell, at some 0.6 of the font size for a digit, and large enough to
// be read at the image's own size: 26 classes with counts of four digits too.
TEST(ConfusionChart, NumbersFitTheirCells) {
  for (const std::size_t classes : {2, 10, 26}) {
    ConfusionChart chart{"", {}, {}};
    for (std::size_t k = 0; k < classes; ++k) {
      chart.classes.push_back(fmt::format("a name {}", k));
      chart.counts.emplace_back(classes, 1234);
    }
    const auto svg = parse_xml(draw(chart).text);
    const double cell = elements(svg, "rect", "right").at(0).number("width");
    const auto numbers = elements(svg, "text", "cell");
    ASSERT_EQ(numbers.size(), classes * classes);
    for (const auto& number : numbers) {
      EXPECT_LE(4.0 * 0.6 * number.number("font-size"), cell);
      EXPECT_GE(number.number("font-size"), 8.0);
    }
    const auto last = elements(svg, "rect", "right").back();
    EXPECT_LE(last.number("x") + cell, svg.number("width"));
    EXPECT_LE(last.number("y") + cell, svg.number("height"));
  }
}

// The schema allows 256 classes: the chart has no numbers then, and no error.
TEST(ConfusionChart, OfManyClassesOmitsNumbers) {
  ConfusionChart chart{"", {}, {}};
  for (std::size_t k = 0; k < 256; ++k) {
    chart.classes.push_back(std::to_string(k));
    chart.counts.emplace_back(256);
    chart.counts[k][k] = 10;
  }
  const auto svg = parse_xml(draw(chart).text);
  EXPECT_EQ(elements(svg, "rect", "right").size(), 256U);
  EXPECT_TRUE(elements(svg, "text", "zero").empty());
  EXPECT_LE(svg.number("width"), 1100.0);
}

TEST(ConfusionChart, RejectsCountsWithoutAClass) {
  EXPECT_THROW(draw(ConfusionChart{"", {"a", "b"}, {{1, 2}}}), std::out_of_range);
  EXPECT_THROW(draw(ConfusionChart{"", {"a", "b"}, {{1, 2}, {3}}}), std::out_of_range);
}

// The names of the classes have room beside the rows. Names that are wider than a column are turned
// above it, and the matrix stands lower. By hand: a character is 6.6 units wide, of a long name 14
// are shown, 92.4 units, and a turned name is 0.71 times as high as it is wide.
TEST(ConfusionChart, HasRoomForItsNames) {
  const auto names_of = [](const std::string& first) {
    const auto svg = parse_xml(draw(ConfusionChart{"", {first, "b"}, {{7, 0}, {0, 9}}}).text);
    std::vector<std::string> all;
    for (const auto& name : elements(svg, "text", "tick")) {
      const bool turned = name.attributes.count("transform") > 0;
      all.push_back(
          name.text + ": " +
          (turned ? name.attribute("transform") : name.attribute("x") + " " + name.attribute("y")));
    }
    all.push_back(svg.attribute("width") + " x " + svg.attribute("height"));
    return all;
  };
  EXPECT_THAT(names_of("a"), testing::ElementsAre("a: 19.6 100.0", "a: 54.6 62.0", "b: 19.6 156.0",
                                                  "b: 110.6 62.0", "440 x 192"));
  EXPECT_THAT(
      names_of("abcdefghijklmnop"),
      testing::ElementsAre("abcdefghijklm…: 105.4 159.6",
                           "abcdefghijklm…: translate(140.4 121.6) rotate(-45)", "b: 105.4 215.6",
                           "b: translate(196.4 121.6) rotate(-45)", "440 x 252"));
}

}  // namespace
}  // namespace digits
