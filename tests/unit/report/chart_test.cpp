// All charts, those of lines and of bins, read back as XML: the positions of their elements.
#include "report/chart.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "support/xml.h"
#include "unit/report/small_charts.h"

namespace digits {
namespace {

// A chart with missing numbers, or without any, is still a chart and says "no data", inside the
// picture.
TEST(Charts, WithoutDataSayNoData) {
  for (const auto& chart :
       {draw(LineChart{}), draw(line_of({})), draw(line_of({{NAN, 1.0}, {1.0, INFINITY}})),
        draw(ConfusionChart{}), draw(ReliabilityChart{}), draw(DotChart{}),
        draw(ReliabilityChart{"", {{0.0, 0.1, NAN, {NAN, NAN, NAN, 0}}}})}) {
    const auto svg = parse_xml(chart.text);
    EXPECT_THAT(texts(svg), testing::Contains("no data"));
    for (const auto& text : elements(svg, "text", "faint")) {
      EXPECT_GT(text.number("x"), 0.0) << text.text;
      EXPECT_LT(text.number("x"), svg.number("width")) << text.text;
      EXPECT_GT(text.number("y"), 0.0) << text.text;
      EXPECT_LT(text.number("y"), svg.number("height")) << text.text;
    }
    EXPECT_EQ(chart.text.find("nan"), std::string::npos) << chart.text;
    EXPECT_EQ(chart.text.find("inf"), std::string::npos);
  }
}

// A screen reader gets the description of the image. A program that shows files finds the namespace
// and the style inside.
TEST(Charts, AreSelfContainedAndAccessible) {
  const auto svg = parse_xml(draw(line_of({{0.0, 0.0}, {1.0, 1.0}})).text);
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

// All charts are equally wide. Only a confusion matrix of many classes is wider, and says so: it
// gets a row of the page for itself. The picture is shown in its own size.
TEST(Charts, AreLargeOnlyIfWider) {
  const auto size_of = [](const Markup& chart) {
    const auto svg = parse_xml(chart.text);
    EXPECT_EQ(svg.attribute("viewBox"),
              "0 0 " + svg.attribute("width") + " " + svg.attribute("height"));
    return svg.attribute("class") + ": " + svg.attribute("width");
  };
  EXPECT_EQ(size_of(draw(line_of({{0.0, 0.0}, {1.0, 1.0}}))), "chart: 440");
  EXPECT_EQ(size_of(draw(three_classes())), "chart: 440");
  EXPECT_EQ(size_of(draw(ReliabilityChart{})), "chart: 440");
  EXPECT_EQ(size_of(draw(two_rows())), "chart: 440");
  const std::vector<std::vector<std::size_t>> counts(26, std::vector<std::size_t>(26, 1));
  const ConfusionChart many{"", std::vector<std::string>(26, "a"), counts};
  EXPECT_THAT(size_of(draw(many)), testing::StartsWith("chart large: "));
}

// A picture ends a few units below its last text: no text is cut off.
TEST(Charts, EndBelowTheirLastText) {
  const ReliabilityChart reliability{"title", {{0.0, 1.0, 0.8, {0.6, 0.4, 0.8, 20}}}};
  for (const auto& chart : {draw(line_of({{0.0, 0.0}, {1.0, 1.0}})), draw(two_rows()),
                            draw(DotChart{}), draw(reliability)}) {
    const auto svg = parse_xml(chart.text);
    double last = 0.0;
    for (const auto& text : elements(svg, "text")) last = std::max(last, text.number("y"));
    EXPECT_NEAR(svg.number("height"), last + 11.0, 0.51) << svg.attribute("aria-label");
  }
}

// "1.0,2.0 3.0,4.0"
std::vector<std::pair<double, double>> points_of(const XmlElement& line) {
  std::istringstream text(line.attribute("points"));
  std::vector<std::pair<double, double>> points;
  char comma = 0;
  for (double x = 0.0, y = 0.0; text >> x >> comma >> y;) points.emplace_back(x, y);
  return points;
}

// A point is at the ticks of its coordinates, rounded to a tenth. Larger values are higher.
TEST(LineChart, PlacesPointsByTheAxes) {
  const auto svg = parse_xml(draw(line_of({{0.0, 2.0}, {4.0, 6.0}, {8.0, 3.0}})).text);
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
  auto chart = line_of({{1.0, 0.0}, {10.0, 0.0}, {100.0, 0.0}, {0.0, 0.0}});
  chart.x.scale = Scale::kLog;
  const auto points = points_of(elements(parse_xml(draw(chart).text), "polyline").at(0));
  ASSERT_EQ(points.size(), 3U);
  EXPECT_NEAR(points[2].first - points[1].first, points[1].first - points[0].first, 0.11);
}

// The line has a gap where a number is missing, since nothing was measured. A single point is a
// dot.
TEST(LineChart, DoesNotBridgeGaps) {
  auto chart = line_of({{0.0, 1.0}, {1.0, 1.0}, {2.0, NAN}, {3.0, 1.0}, {4.0, INFINITY}});
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
  const auto svg = parse_xml(draw(line_of({{0.0, 3.0, 2.0, 6.0}, {1.0, 3.0, 1.0, 5.0}})).text);
  const auto band = points_of(elements(svg, "polygon", "band").at(0));
  ASSERT_EQ(band.size(), 4U);
  EXPECT_NEAR(band[0].second, tick_y(svg, "6"), 0.11);
  EXPECT_NEAR(band[1].second, tick_y(svg, "5"), 0.11);
  EXPECT_NEAR(band[2].second, tick_y(svg, "1"), 0.11);
  EXPECT_NEAR(band[3].second, tick_y(svg, "2"), 0.11);
  EXPECT_EQ(band[0].first, band[3].first);
}

// Each point of a line of up to 40 has a dot, whose tooltip has its numbers.
TEST(LineChart, MarksThePointsOfShortLines) {
  for (const std::size_t count : {40, 41}) {
    std::vector<Point> points;
    for (std::size_t i = 0; i < count; ++i) points.push_back({double(i), 1.5});
    const auto dots = elements(parse_xml(draw(line_of(points)).text), "circle", "dot");
    ASSERT_EQ(dots.size(), count == 40 ? 40U : 0U);
    if (count == 40) {
      EXPECT_EQ(dots[7].children.at(0).text, "7: 1.5");
    }
  }
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

// Confidence to the right, accuracy upwards, with its interval; the diagonal goes
// up from nothing. A bar spans its bin. The empty bin has neither dot nor bar.
TEST(ReliabilityChart, ShowsEachBin) {
  const ReliabilityChart chart{"",
                               {{0.0, 0.25, 0.2, {0.4, 0.2, 0.6, 20}},
                                {0.25, 0.5, 0.3, {}},
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

}  // namespace
}  // namespace digits
