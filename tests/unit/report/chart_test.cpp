// The charts, read back as XML: the positions of their elements.
#include "report/chart.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <sstream>
#include <utility>

#include "support/xml.h"

namespace digits {
namespace {

// "1.0,2.0 3.0,4.0"
std::vector<std::pair<double, double>> points_of(const XmlElement& line) {
  std::istringstream text(line.attribute("points"));
  std::vector<std::pair<double, double>> points;
  char comma = 0;
  for (double x = 0.0, y = 0.0; text >> x >> comma >> y;) points.emplace_back(x, y);
  return points;
}

// The position of an axis's tick with this label, on the left axis or on the lower one.
double tick_y(const XmlElement& svg, const std::string& label) {
  for (const auto& text : elements(svg, "text", "tick")) {
    if (text.attribute("text-anchor") == "end" && text.text == label) return text.number("y") - 4.0;
  }
  ADD_FAILURE() << "no tick " << label << " at the left";
  return NAN;
}
double tick_x(const XmlElement& svg, const std::string& label) {
  for (const auto& text : elements(svg, "text", "tick")) {
    if (text.attribute("text-anchor") == "middle" && text.text == label) return text.number("x");
  }
  ADD_FAILURE() << "no tick " << label << " below";
  return NAN;
}

std::vector<std::string> texts(const XmlElement& svg) {
  std::vector<std::string> all;
  for (const auto& text : elements(svg, "text")) all.push_back(text.text);
  return all;
}

LineChart one_line(std::vector<Point> points) {
  return {"title", {"x"}, {"y"}, {{"line", std::move(points), false}}};
}

// A chart with missing numbers, or without any, is still a chart and says "no data".
TEST(Charts, WithoutDataSayNoData) {
  for (const auto& chart :
       {draw(LineChart{}), draw(one_line({})), draw(one_line({{NAN, 1.0}, {1.0, INFINITY}})),
        draw(ConfusionChart{}), draw(ReliabilityChart{}), draw(DotChart{}),
        draw(ReliabilityChart{"", {{0.0, 0.1, NAN, {NAN, NAN, NAN, 0}}}})}) {
    const auto svg = parse_xml(chart.text);
    EXPECT_THAT(texts(svg), testing::Contains("no data"));
    EXPECT_EQ(chart.text.find("nan"), std::string::npos) << chart.text;
    EXPECT_EQ(chart.text.find("inf"), std::string::npos);
  }
}

// A screen reader gets the description of the image. A program that shows files finds the namespace
// and the style inside.
TEST(Charts, AreSelfContainedAndAccessible) {
  const auto svg = parse_xml(draw(one_line({{0.0, 0.0}, {1.0, 1.0}})).text);
  EXPECT_EQ(svg.name, "svg");
  EXPECT_EQ(svg.attribute("xmlns"), "http://www.w3.org/2000/svg");
  EXPECT_EQ(svg.attribute("role"), "img");
  EXPECT_THAT(svg.attribute("aria-label"), testing::StartsWith("title: "));
  ASSERT_FALSE(svg.children.empty());
  EXPECT_EQ(svg.children[0].name, "title");
  EXPECT_EQ(svg.children[0].text, "title");
  EXPECT_EQ(elements(svg, "style").at(0).text, chart_style());
  EXPECT_THAT(chart_style(), testing::HasSubstr("prefers-color-scheme: dark"));
}

// A point is at the ticks of its coordinates, rounded to a tenth. Larger values are higher.
TEST(LineChart, PlacesPointsByTheAxes) {
  const auto svg = parse_xml(draw(one_line({{0.0, 2.0}, {4.0, 6.0}, {8.0, 3.0}})).text);
  const auto points = points_of(elements(svg, "polyline").at(0));
  ASSERT_EQ(points.size(), 3U);
  EXPECT_NEAR(points[1].first, tick_x(svg, "4"), 0.11);
  EXPECT_NEAR(points[1].second, tick_y(svg, "6"), 0.11);
  EXPECT_NEAR(points[2].first, tick_x(svg, "8"), 0.11);
  EXPECT_NEAR(points[2].second, tick_y(svg, "3"), 0.11);
  EXPECT_LT(points[1].second, points[0].second);
}

// On a logarithmic x axis all decades have the same width.
TEST(LineChart, SpacesDecadesEvenly) {
  auto chart = one_line({{1.0, 0.0}, {10.0, 0.0}, {100.0, 0.0}, {0.0, 0.0}});
  chart.x.scale = Scale::kLog;
  const auto points = points_of(elements(parse_xml(draw(chart).text), "polyline").at(0));
  ASSERT_EQ(points.size(), 3U);
  EXPECT_NEAR(points[2].first - points[1].first, points[1].first - points[0].first, 0.11);
}

// The line has a gap where a number is missing, since nothing was measured. A single point is a
// dot.
TEST(LineChart, DoesNotBridgeGaps) {
  auto chart = one_line({{0.0, 1.0}, {1.0, 1.0}, {2.0, NAN}, {3.0, 1.0}, {4.0, INFINITY}});
  for (int i = 5; i < 100; ++i) chart.series[0].points.push_back({double(i), 1.0});
  const auto svg = parse_xml(draw(chart).text);
  const auto lines = elements(svg, "polyline");
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_EQ(points_of(lines[0]).size(), 2U);
  ASSERT_EQ(points_of(lines[1]).size(), 1U);
  const auto dots = elements(svg, "circle", "dot");
  ASSERT_EQ(dots.size(), 1U);
  EXPECT_EQ(dots[0].number("cx"), points_of(lines[1])[0].first);
}

// The band follows the upper ends and returns along the lower ones, inside the axis.
TEST(LineChart, BandReachesFromLowToHigh) {
  const auto svg = parse_xml(draw(one_line({{0.0, 3.0, 2.0, 6.0}, {1.0, 3.0, 1.0, 5.0}})).text);
  const auto band = points_of(elements(svg, "polygon", "band").at(0));
  ASSERT_EQ(band.size(), 4U);
  EXPECT_NEAR(band[0].second, tick_y(svg, "6"), 0.11);
  EXPECT_NEAR(band[1].second, tick_y(svg, "5"), 0.11);
  EXPECT_NEAR(band[2].second, tick_y(svg, "1"), 0.11);
  EXPECT_NEAR(band[3].second, tick_y(svg, "2"), 0.11);
  EXPECT_EQ(band[0].first, band[3].first);
}

// A hundred thousand points make a small file, and the peak is still there. Of the points in one
// column the first, the lowest, the highest and the last are drawn: in the last line 2, 0, 5 and 4
// of six. Each point of a line of up to 40 has a dot.
TEST(LineChart, ThinsLinesButKeepsTheirPeaks) {
  std::vector<Point> points;
  for (int i = 0; i < 100000; ++i) points.push_back({double(i), i % 2 == 0 ? 1.0 : 1.5});
  points[54321].y = 9.0;
  points[65432].y = 0.0;
  const auto chart = draw(one_line(points));
  EXPECT_LT(chart.text.size(), 40000U);
  const auto svg = parse_xml(chart.text);
  double highest = INFINITY;
  double lowest = 0.0;
  for (const auto& [x, y] : points_of(elements(svg, "polyline").at(0))) {
    highest = std::min(highest, y);
    lowest = std::max(lowest, y);
  }
  EXPECT_NEAR(lowest, tick_y(svg, "0"), 0.11);
  EXPECT_LT(highest, tick_y(svg, "8") - 5.0);

  for (const std::size_t count : {40, 41}) {
    points.resize(count);
    const auto line = parse_xml(draw(one_line(points)).text);
    EXPECT_EQ(elements(line, "circle", "dot").size(), count == 40 ? 40U : 0U);
  }
  const auto column = draw(one_line({{0.0, 1.0},
                                     {100.0, 2.0},
                                     {100.001, 3.0},
                                     {100.002, 0.0},
                                     {100.003, 1.0},
                                     {100.004, 5.0},
                                     {100.005, 4.0},
                                     {200.0, 1.0}}));
  std::vector<std::string> numbers;
  for (const auto& dot : elements(parse_xml(column.text), "circle", "dot")) {
    numbers.push_back(dot.children.at(0).text);
  }
  EXPECT_THAT(numbers,
              testing::ElementsAre("0: 1", "100: 2", "100: 0", "100: 5", "100: 4", "200: 1"));
}

// Each series has the style of its legend. References use no colour of the series. The seventh
// colour is the first one dashed.
TEST(LineChart, LegendHasTheStylesOfTheLines) {
  LineChart chart{"", {"x"}, {"y"}, {}};
  for (int i = 0; i < 8; ++i) {
    chart.series.push_back({fmt::format("line {}", i), {{0.0, 1.0 * i}, {1.0, 2.0}}, i == 1});
  }
  const auto svg = parse_xml(draw(chart).text);
  std::vector<std::string> legend;
  std::vector<std::string> lines;
  for (const auto& group : elements(svg, "g")) {
    auto& styles = elements(group, "polyline").empty() ? legend : lines;
    styles.push_back(group.attribute("class"));
  }
  EXPECT_THAT(lines,
              testing::ElementsAre("s0", "reference", "s1", "s2", "s3", "s4", "s5", "s0 dashed"));
  EXPECT_EQ(legend, lines);
  EXPECT_THAT(texts(svg), testing::Contains("line 7"));
}

// Three classes: b is predicted as a in 3 of 4 images, and c is absent.
ConfusionChart three_classes() {
  return {"title", {"a", "b", "c"}, {{8, 1, 0}, {3, 1, 0}, {0, 0, 0}}};
}

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

// Confidence to the right, accuracy upwards, with its interval; the diagonal goes
// up from nothing. A bar spans its bin. The empty bin has neither dot nor bar.
TEST(ReliabilityChart, ShowsEachBin) {
  const ReliabilityChart chart{"",
                               {{0.0, 0.25, 0.2, {0.4, 0.2, 0.6, 20}},
                                {0.25, 0.5, NAN, {}},
                                {0.5, 1.0, 0.8, {0.6, 0.4, 0.8, 12345}}}};
  const auto svg = parse_xml(draw(chart).text);
  const auto dots = elements(svg, "circle", "dot");
  ASSERT_EQ(dots.size(), 2U);
  EXPECT_NEAR(dots[0].number("cx"), tick_x(svg, "20 %"), 0.11);
  EXPECT_NEAR(dots[0].number("cy"), tick_y(svg, "40 %"), 0.11);
  EXPECT_EQ(dots[1].children.at(0).text, "confidence 80.00 %, accuracy 60 % [40, 80], n = 12345");
  const auto interval = elements(svg, "line", "interval").at(1);
  EXPECT_NEAR(interval.number("y1"), tick_y(svg, "40 %"), 0.11);
  EXPECT_NEAR(interval.number("y2"), tick_y(svg, "80 %"), 0.11);
  const auto diagonal = elements(svg, "line", "line").at(0);
  EXPECT_NEAR(diagonal.number("y1"), tick_y(svg, "0 %"), 0.11);
  EXPECT_NEAR(diagonal.number("y2"), tick_y(svg, "100 %"), 0.11);
  EXPECT_LT(diagonal.number("x1"), diagonal.number("x2"));
  const auto bars = elements(svg, "rect", "bar");
  ASSERT_EQ(bars.size(), 2U);
  const double wide = tick_x(svg, "100 %") - tick_x(svg, "0 %");  // bars are one unit apart
  EXPECT_NEAR(bars[0].number("x"), tick_x(svg, "0 %") + 0.5, 0.11);
  EXPECT_NEAR(bars[0].number("width"), 0.25 * wide - 1.0, 0.11);
  EXPECT_NEAR(bars[1].number("x"), tick_x(svg, "0 %") + 0.5 * wide + 0.5, 0.11);
  EXPECT_GT(bars[1].number("height"), 2.0 * bars[0].number("height"));
  EXPECT_NEAR(bars[0].number("y") + bars[0].number("height"),
              bars[1].number("y") + bars[1].number("height"), 0.11);
  EXPECT_THAT(texts(svg), testing::IsSupersetOf({"20", "12k"}));
}

DotChart two_rows() {
  return {"title",
          {"accuracy", Scale::kPercent, {}},
          {{"good", {0.96, 0.94, 0.98, 500}, 0.92, Verdict::kPass},
           {"bad", {0.92, 0.88, 0.94, 400}, 0.92, Verdict::kFail}}};
}

// The interval is drawn from low to high, the dot at the value, the mark at the bound.
TEST(DotChart, PlacesNumbersByTheAxis) {
  const auto svg = parse_xml(draw(two_rows()).text);
  const auto intervals = elements(svg, "line", "interval");
  ASSERT_EQ(intervals.size(), 2U);
  EXPECT_NEAR(intervals[0].number("x1"), tick_x(svg, "94 %"), 0.11);
  EXPECT_NEAR(intervals[0].number("x2"), tick_x(svg, "98 %"), 0.11);
  EXPECT_NEAR(intervals[1].number("x1"), tick_x(svg, "88 %"), 0.11);
  const auto dots = elements(svg, "rect", "dot");
  ASSERT_EQ(dots.size(), 2U);
  EXPECT_NEAR(dots[0].number("x") + dots[0].number("width") / 2.0, tick_x(svg, "96 %"), 0.11);
  EXPECT_EQ(dots[0].children.at(0).text, "good: 96.0 % [94.0, 98.0], n = 500");
  EXPECT_NEAR(elements(svg, "line", "bound").at(0).number("x1"), tick_x(svg, "92 %"), 0.11);
  EXPECT_LT(intervals[0].number("y1"), intervals[1].number("y1"));
}

// The rows fill the frame with equal heights. In the middle of each are its interval, dot and name,
// and the mark of the bound is as high as the row.
TEST(DotChart, PlacesRowsEvenly) {
  const auto svg = parse_xml(draw(two_rows()).text);
  const auto grid = elements(svg, "line", "grid").at(0);
  const auto intervals = elements(svg, "line", "interval");
  const auto dots = elements(svg, "rect", "dot");
  const auto bounds = elements(svg, "line", "bound");
  const double top = grid.number("y1");
  const double row = (grid.number("y2") - top) / 2.0;
  EXPECT_GT(row, 12.0);  // the height of a line of text
  for (std::size_t i = 0; i < 2; ++i) {
    const double middle = top + row * (static_cast<double>(i) + 0.5);
    EXPECT_NEAR(intervals.at(i).number("y1"), middle, 0.11);
    EXPECT_NEAR(intervals.at(i).number("y2"), middle, 0.11);
    EXPECT_NEAR(dots.at(i).number("y") + dots.at(i).number("height") / 2.0, middle, 0.11);
    EXPECT_NEAR(bounds.at(i).number("y1"), middle - row / 2.0, 0.11);
    EXPECT_NEAR(bounds.at(i).number("y2"), middle + row / 2.0, 0.11);
    for (const auto& text : elements(svg, "text")) {
      if (text.text != two_rows().rows[i].label) continue;
      EXPECT_NEAR(text.number("y"), middle + 4.0, 0.11);  // the base line of the letters
    }
  }
}

// A failed gate has another shape, since some readers do not see the colours.
TEST(DotChart, ShowsVerdictsByColourAndShape) {
  const auto svg = parse_xml(draw(two_rows()).text);
  EXPECT_EQ(elements(svg, "g", "pass").size(), 1U);
  const auto failed = elements(svg, "g", "fail");
  ASSERT_EQ(failed.size(), 1U);
  EXPECT_EQ(elements(failed[0], "rect", "dot").at(0).attributes.count("transform"), 1U);
  EXPECT_EQ(elements(elements(svg, "g", "pass")[0], "rect", "dot")[0].attributes.count("transform"),
            0U);
}

// All charts are equally wide. Only a confusion matrix of many classes is wider, and says so: it
// gets a row of the page for itself. The picture is shown in its own size.
TEST(Charts, AreLargeOnlyIfWider) {
  const auto size_of = [](const Markup& chart) {
    const auto svg = parse_xml(chart.text);
    EXPECT_EQ(svg.attribute("viewBox"),
              "0 0 " + svg.attribute("width") + " " + svg.attribute("height"));
    return svg.attribute("class") + ": " + svg.attribute("width");
  };
  EXPECT_EQ(size_of(draw(one_line({{0.0, 0.0}, {1.0, 1.0}}))), "chart: 440");
  EXPECT_EQ(size_of(draw(three_classes())), "chart: 440");
  EXPECT_EQ(size_of(draw(ReliabilityChart{})), "chart: 440");
  EXPECT_EQ(size_of(draw(two_rows())), "chart: 440");
  const std::vector<std::vector<std::size_t>> counts(26, std::vector<std::size_t>(26, 1));
  const ConfusionChart many{"", std::vector<std::string>(26, "a"), counts};
  EXPECT_THAT(size_of(draw(many)), testing::StartsWith("chart large: "));
}

// A row without a measurement keeps its place, and one without an interval its dot.
TEST(DotChart, OmitsNonFiniteValues) {
  auto chart = two_rows();
  chart.rows[0].value = {NAN, 0.1, 0.2, 0};
  chart.rows[0].bound = INFINITY;
  chart.rows[1].value.high = INFINITY;
  const auto text = draw(chart).text;
  const auto svg = parse_xml(text);
  EXPECT_EQ(elements(svg, "rect", "dot").size(), 1U);
  EXPECT_TRUE(elements(svg, "line", "interval").empty());
  EXPECT_EQ(elements(svg, "line", "bound").size(), 1U);
  EXPECT_THAT(texts(svg), testing::IsSupersetOf({"good", "–", "bad", "92.00 %"}));
  EXPECT_EQ(text.find("inf"), std::string::npos);
}

// A picture ends a few units below its last text: no text is cut off.
TEST(Charts, EndBelowTheirLastText) {
  const ReliabilityChart reliability{"title", {{0.0, 1.0, 0.8, {0.6, 0.4, 0.8, 20}}}};
  for (const auto& chart : {draw(one_line({{0.0, 0.0}, {1.0, 1.0}})), draw(two_rows()),
                            draw(DotChart{}), draw(reliability)}) {
    const auto svg = parse_xml(chart.text);
    double last = 0.0;
    for (const auto& text : elements(svg, "text")) last = std::max(last, text.number("y"));
    EXPECT_NEAR(svg.number("height"), last + 11.0, 0.51) << svg.attribute("aria-label");
  }
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
