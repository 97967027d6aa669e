// Charts of intervals, read back as XML: the positions of their elements.
#include <gmock/gmock.h>

#include <cmath>
#include <string>

#include "report/chart.h"
#include "support/xml.h"
#include "unit/report/small_charts.h"

namespace digits {
namespace {

// The interval is drawn from low to high, the dot at the value.
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
  EXPECT_LT(intervals[0].number("y1"), intervals[1].number("y1"));
}

// The rows fill the frame with equal heights. In the middle of each are its interval, dot and name.
TEST(DotChart, PlacesRowsEvenly) {
  const auto svg = parse_xml(draw(two_rows()).text);
  const auto grid = elements(svg, "line", "grid").at(0);
  const auto intervals = elements(svg, "line", "interval");
  const auto dots = elements(svg, "rect", "dot");
  const double top = grid.number("y1");
  const double row = (grid.number("y2") - top) / 2.0;
  EXPECT_GT(row, 12.0);  // the height of a line of text
  for (std::size_t i = 0; i < 2; ++i) {
    const double middle = top + row * (static_cast<double>(i) + 0.5);
    EXPECT_NEAR(intervals.at(i).number("y1"), middle, 0.11);
    EXPECT_NEAR(intervals.at(i).number("y2"), middle, 0.11);
    EXPECT_NEAR(dots.at(i).number("y") + dots.at(i).number("height") / 2.0, middle, 0.11);
    for (const auto& text : elements(svg, "text")) {
      if (text.text != two_rows().rows[i].label) continue;
      EXPECT_NEAR(text.number("y"), middle + 4.0, 0.11);  // the base line of the letters
    }
  }
}

// A marked row has another shape, since some readers do not see the colours.
TEST(DotChart, MarksRowsByColourAndShape) {
  const auto svg = parse_xml(draw(two_rows()).text);
  const auto plain = elements(svg, "g", "s0");
  ASSERT_EQ(plain.size(), 1U);
  EXPECT_EQ(elements(plain[0], "rect", "dot").at(0).attributes.count("transform"), 0U);
  const auto marked = elements(svg, "g", "warning");
  ASSERT_EQ(marked.size(), 1U);
  EXPECT_EQ(elements(marked[0], "rect", "dot").at(0).attributes.count("transform"), 1U);
}

// A row without a measurement keeps its place, and one without an interval its dot.
TEST(DotChart, OmitsNonFiniteValues) {
  auto chart = two_rows();
  chart.rows[0].value = {NAN, 0.1, 0.2, 0};
  chart.rows[1].value.high = INFINITY;
  const auto text = draw(chart).text;
  const auto svg = parse_xml(text);
  EXPECT_EQ(elements(svg, "rect", "dot").size(), 1U);
  EXPECT_TRUE(elements(svg, "line", "interval").empty());
  EXPECT_THAT(texts(svg), testing::IsSupersetOf({"good", "–", "bad", "92.00 %"}));
  EXPECT_EQ(text.find("inf"), std::string::npos);
}

}  // namespace
}  // namespace digits
