// The charts to the tenth of a unit: whole pictures of small inputs.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <sstream>
#include <string>
#include <vector>

#include "report/chart.h"
#include "support/xml.h"

namespace digits {
namespace {

// The text of an image without its style sheet.
std::string image_text(const Markup& chart) {
  auto text = chart.text;
  const auto style = "<style>" + chart_style() + "</style>\n";
  const auto at = text.find(style);
  if (at != std::string::npos) text.erase(at, style.size());
  return text;
}

// The same without the ticks of the axes.
std::string without_ticks(const Markup& chart) {
  std::istringstream lines(image_text(chart));
  std::string kept;
  for (std::string line; std::getline(lines, line);) {
    const bool tick = line.find("class='grid'") != std::string::npos ||
                      line.find("class='tick'") != std::string::npos;
    if (!tick) kept += line + "\n";
  }
  return kept;
}

// Every element and number of a line chart: a legend in two lines, both axes, a band, a gap, a
// point alone and a reference.
TEST(LineChart, IsDrawnToTheTenth) {
  const Series training{
      "training", {{1.0, 2.0, 1.5, 2.25}, {2.0, 1.0, 0.5, 1.75}, {2.5, NAN}, {3.0, 0.3}}, false};
  const Series chance{"chance", {{1.0, 0.0}, {3.0, 1.5}}, true};
  const Series named{
      "a name of more than forty characters, cut here", {{1.0, 1.25}, {3.0, 0.75}}, false};
  const LineChart chart{
      "Loss & more", {"epoch", Scale::kWhole}, {"nats"}, {training, chance, named}};
  const char* const expected =
      R"(<svg xmlns='http://www.w3.org/2000/svg' class='chart' role='img' aria-label='Loss &amp; more: nats by epoch, 3 lines' viewBox='0 0 440 356' width='440' height='356'>
<title>Loss &amp; more</title>
<rect class='paper' width='100%' height='100%'/>
<text class='title' x='10.0' y='20.0' text-anchor='start'>Loss &amp; more</text>
<g class='s0'><line class='line' x1='10.0' y1='36.0' x2='32.0' y2='36.0'/>
</g>
<text class='' x='38.0' y='40.0' text-anchor='start'>training</text>
<g class='reference'><line class='line' x1='102.8' y1='36.0' x2='124.8' y2='36.0'/>
</g>
<text class='' x='130.8' y='40.0' text-anchor='start'>chance</text>
<g class='s1'><line class='line' x1='10.0' y1='54.0' x2='32.0' y2='54.0'/>
</g>
<text class='' x='38.0' y='58.0' text-anchor='start'>a name of more than forty characters, c…</text>
<text class='faint' x='10.0' y='78.0' text-anchor='start'>nats</text>
<line class='grid' x1='33.8' y1='312.0' x2='420.0' y2='312.0'/>
<text class='tick' x='26.8' y='316.0' text-anchor='end'>0</text>
<line class='grid' x1='33.8' y1='268.0' x2='420.0' y2='268.0'/>
<text class='tick' x='26.8' y='272.0' text-anchor='end'>0.5</text>
<line class='grid' x1='33.8' y1='224.0' x2='420.0' y2='224.0'/>
<text class='tick' x='26.8' y='228.0' text-anchor='end'>1.0</text>
<line class='grid' x1='33.8' y1='180.0' x2='420.0' y2='180.0'/>
<text class='tick' x='26.8' y='184.0' text-anchor='end'>1.5</text>
<line class='grid' x1='33.8' y1='136.0' x2='420.0' y2='136.0'/>
<text class='tick' x='26.8' y='140.0' text-anchor='end'>2.0</text>
<line class='grid' x1='33.8' y1='92.0' x2='420.0' y2='92.0'/>
<text class='tick' x='26.8' y='96.0' text-anchor='end'>2.5</text>
<line class='grid' x1='33.8' y1='92.0' x2='33.8' y2='312.0'/>
<text class='tick' x='33.8' y='328.0' text-anchor='middle'>1</text>
<line class='grid' x1='226.9' y1='92.0' x2='226.9' y2='312.0'/>
<text class='tick' x='226.9' y='328.0' text-anchor='middle'>2</text>
<line class='grid' x1='420.0' y1='92.0' x2='420.0' y2='312.0'/>
<text class='tick' x='420.0' y='328.0' text-anchor='middle'>3</text>
<text class='faint' x='420.0' y='345.0' text-anchor='end'>epoch</text>
<g class='s0'>
<polygon class='band' points='33.8,114.0 226.9,158.0 226.9,268.0 33.8,180.0 '/>
<polyline class='line' points='33.8,136.0 226.9,224.0 '/>
<circle class='dot' cx='33.8' cy='136.0' r='2.5'><title>1: 2</title></circle>
<circle class='dot' cx='226.9' cy='224.0' r='2.5'><title>2: 1</title></circle>
<polyline class='line' points='420.0,285.6 '/>
<circle class='dot' cx='420.0' cy='285.6' r='2.5'><title>3: 0.3</title></circle>
</g>
<g class='reference'>
<polyline class='line' points='33.8,312.0 420.0,180.0 '/>
</g>
<g class='s1'>
<polyline class='line' points='33.8,202.0 420.0,246.0 '/>
<circle class='dot' cx='33.8' cy='202.0' r='2.5'><title>1: 1.25</title></circle>
<circle class='dot' cx='420.0' cy='246.0' r='2.5'><title>3: 0.75</title></circle>
</g>
</svg>
)";
  EXPECT_EQ(image_text(draw(chart)), expected);
}

// Long names are cut and stand above the columns at an angle. With more classes the cells are
// smaller, then without numbers, and at last every second name is left out.
TEST(ConfusionChart, FitsAnyNumberOfClasses) {
  const ConfusionChart two{"Things", {"aeroplane <1>", "abcdefghijklmno"}, {{1, 3}, {0, 0}}};
  const char* const expected =
      R"(<svg xmlns='http://www.w3.org/2000/svg' class='chart' role='img' aria-label='Things: confusion matrix of 2 classes' viewBox='0 0 440 252' width='440' height='252'>
<title>Things</title>
<rect class='paper' width='100%' height='100%'/>
<text class='title' x='10.0' y='20.0' text-anchor='start'>Things</text>
<text class='faint' x='10.0' y='38.0' text-anchor='start'>rows: truth, columns: prediction; colour: share of the row</text>
<text class='tick' x='105.4' y='159.6' text-anchor='end'>aeroplane &lt;1&gt;</text>
<text class='tick' transform='translate(140.4 121.6) rotate(-45)'>aeroplane &lt;1&gt;</text>
<text class='tick' x='105.4' y='215.6' text-anchor='end'>abcdefghijklm…</text>
<text class='tick' transform='translate(196.4 121.6) rotate(-45)'>abcdefghijklm…</text>
<rect class='right' x='112.4' y='127.6' width='55.0' height='55.0' fill-opacity='0.500'><title>aeroplane &lt;1&gt; taken for aeroplane &lt;1&gt;: 1 of 4, 25.00 %</title></rect>
<text class='cell' x='139.9' y='160.3' text-anchor='middle' font-size='13.0'>1</text>
<rect class='wrong' x='168.4' y='127.6' width='55.0' height='55.0' fill-opacity='0.866'><title>aeroplane &lt;1&gt; taken for abcdefghijklmno: 3 of 4, 75.00 %</title></rect>
<text class='deep' x='195.9' y='160.3' text-anchor='middle' font-size='13.0'>3</text>
<text class='zero' x='139.9' y='216.3' text-anchor='middle' font-size='13.0'>0</text>
<text class='zero' x='195.9' y='216.3' text-anchor='middle' font-size='13.0'>0</text>
</svg>
)";
  EXPECT_EQ(image_text(draw(two)), expected);
  struct Layout {
    std::size_t classes;
    double side;              // of a coloured cell
    std::size_t texts_shown;  // title, subtitle, two for each name, and the numbers
  };
  for (const auto& [classes, side, texts_shown] : {Layout{40, 25.0, 2 + 80 + 1600},
                                                   {41, 22.4, 2 + 82 + 1681},
                                                   {43, 21.3, 2 + 86 + 1849},
                                                   {44, 20.8, 2 + 88},
                                                   {80, 11.0, 2 + 160},
                                                   {100, 8.6, 2 + 100}}) {
    ConfusionChart chart{"", {}, {}};
    for (std::size_t k = 0; k < classes; ++k) {
      chart.classes.push_back(std::to_string(k));
      chart.counts.emplace_back(classes);
      chart.counts[k][k] = 5;
    }
    const auto text = draw(chart).text;
    EXPECT_THAT(text, testing::HasSubstr(fmt::format("width='{0:.1f}' height='{0:.1f}'", side)));
    std::size_t shown = 0;
    for (auto at = text.find("<text"); at != text.npos; at = text.find("<text", at + 1)) ++shown;
    EXPECT_EQ(shown, texts_shown) << classes;
  }
}

// Every element but the ticks: an interval with both ends and a bar for each bin, a number where
// the bar is wide enough, and nothing for a bin without a confidence. Large numbers are short.
TEST(ReliabilityChart, IsDrawnToTheTenth) {
  const ReliabilityChart chart{"Reliability",
                               {{0.0, 0.2, 0.11, {0.05, 0.0, 0.21, 7}},
                                {0.2, 0.24, 0.21, {0.5, 0.11, 0.91, 2}},
                                {0.4, 0.6, 0.51, {0.52, 0.48, NAN, 1234}},
                                {0.6, 0.8, NAN, {0.7, 0.6, 0.8, 9}},
                                {0.8, 1.0, 0.93, {0.97, 0.94, 0.98, 60}}}};
  const char* const expected =
      R"(<svg xmlns='http://www.w3.org/2000/svg' class='chart' role='img' aria-label='Reliability: reliability diagram of 5 bins' viewBox='0 0 440 390' width='440' height='390'>
<title>Reliability</title>
<rect class='paper' width='100%' height='100%'/>
<text class='title' x='10.0' y='20.0' text-anchor='start'>Reliability</text>
<text class='faint' x='10.0' y='38.0' text-anchor='start'>accuracy by confidence; below: images (log scale)</text>
<text class='faint' x='420.0' y='379.0' text-anchor='end'>confidence</text>
<g class='reference'><line class='line' x1='47.0' y1='268.0' x2='420.0' y2='58.0'/>
</g>
<g class='s0'>
<line class='interval' x1='88.0' y1='268.0' x2='88.0' y2='223.9'/>
<circle class='dot' cx='88.0' cy='257.5' r='4'><title>confidence 11.00 %, accuracy 5 % [0, 21], n = 7</title></circle>
<rect class='bar' x='47.5' y='329.6' width='73.6' height='16.4'/>
<text class='small' x='84.3' y='325.6' text-anchor='middle'>7</text>
<line class='interval' x1='125.3' y1='244.9' x2='125.3' y2='76.9'/>
<circle class='dot' cx='125.3' cy='163.0' r='4'><title>confidence 21.00 %, accuracy 50 % [11, 91], n = 2</title></circle>
<rect class='bar' x='122.1' y='337.4' width='13.9' height='8.6'/>
<circle class='dot' cx='237.2' cy='158.8' r='4'><title>confidence 51.00 %, accuracy 52.00 %, n = 1234</title></circle>
<rect class='bar' x='196.7' y='290.0' width='73.6' height='56.0'/>
<text class='small' x='233.5' y='286.0' text-anchor='middle'>1.2k</text>
<line class='interval' x1='393.9' y1='70.6' x2='393.9' y2='62.2'/>
<circle class='dot' cx='393.9' cy='64.3' r='4'><title>confidence 93.00 %, accuracy 97.0 % [94.0, 98.0], n = 60</title></circle>
<rect class='bar' x='345.9' y='313.7' width='73.6' height='32.3'/>
<text class='small' x='382.7' y='309.7' text-anchor='middle'>60</text>
</g>
</svg>
)";
  EXPECT_EQ(without_ticks(draw(chart)), expected);
  ReliabilityChart counts;
  for (const std::size_t n : {7, 999, 1000, 9949, 9950, 999499, 999500, 2340000}) {
    const double low = 0.1 * static_cast<double>(counts.bins.size());
    counts.bins.push_back({low, low + 0.1, low, {0.5, 0.4, 0.6, n}});
  }
  std::vector<std::string> shown;
  for (const auto& text : elements(parse_xml(draw(counts).text), "text", "small")) {
    shown.push_back(text.text);
  }
  EXPECT_THAT(shown,
              testing::ElementsAre("7", "999", "1.0k", "9.9k", "10k", "999k", "1M", "2.34M"));
}

// A bar of 16 units is wide enough for its number. The frame has 373 units from 0 to 1.
TEST(ReliabilityChart, NumbersWideBarsOnly) {
  const ReliabilityChart chart{"",
                               {{0.0, 16.0 / 373.0, 0.02, {0.5, 0.4, 0.6, 5}},
                                {0.5, 0.5 + 15.9 / 373.0, 0.52, {0.5, 0.4, 0.6, 6}}}};
  const auto numbers = elements(parse_xml(draw(chart).text), "text", "small");
  ASSERT_EQ(numbers.size(), 1U);
  EXPECT_EQ(numbers[0].text, "5");
}

// Every element but the ticks: rows with and without a mark, without an interval and without a
// value.
TEST(DotChart, IsDrawnToTheTenth) {
  const DotChart chart{"Accuracy",
                       {"accuracy", Scale::kPercent},
                       {{"good", {0.96, 0.94, 0.98, 500}, false},
                        {"bad & small", {0.9, 0.85, 0.93, 100}, true},
                        {"a label of many characters", {0.95, 0.91, 0.97, 200}, false},
                        {"no interval", {0.93, NAN, NAN, 1}, false},
                        {"unknown", {NAN, NAN, NAN, 0}, false}}};
  const char* const expected =
      R"(<svg xmlns='http://www.w3.org/2000/svg' class='chart' role='img' aria-label='Accuracy: accuracy of 5 rows, with intervals' viewBox='0 0 440 200' width='440' height='200'>
<title>Accuracy</title>
<rect class='paper' width='100%' height='100%'/>
<text class='title' x='10.0' y='20.0' text-anchor='start'>Accuracy</text>
<text class='faint' x='305.4' y='189.0' text-anchor='end'>accuracy</text>
<text class='' x='159.2' y='52.0' text-anchor='end'>good</text>
<text class='small' x='430.0' y='52.0' text-anchor='end'>96.0 % [94.0, 98.0]</text>
<g class='s0'><line class='interval' x1='250.9' y1='48.0' x2='287.2' y2='48.0'/>
<rect class='dot' x='265.1' y='44.0' width='8.0' height='8.0' rx='4.0'><title>good: 96.0 % [94.0, 98.0], n = 500</title></rect>
</g>
<text class='' x='159.2' y='76.0' text-anchor='end'>bad &amp; small</text>
<text class='small' x='430.0' y='76.0' text-anchor='end'>90.0 % [85.0, 93.0]</text>
<g class='warning'><line class='interval' x1='169.2' y1='72.0' x2='241.8' y2='72.0'/>
<rect class='dot' x='210.1' y='67.5' width='9.0' height='9.0' rx='0.0' transform='rotate(45 214.6 72.0)'><title>bad &amp; small: 90.0 % [85.0, 93.0], n = 100</title></rect>
</g>
<text class='' x='159.2' y='100.0' text-anchor='end'>a label of many chara…</text>
<text class='small' x='430.0' y='100.0' text-anchor='end'>95.0 % [91.0, 97.0]</text>
<g class='s0'><line class='interval' x1='223.7' y1='96.0' x2='278.2' y2='96.0'/>
<rect class='dot' x='256.0' y='92.0' width='8.0' height='8.0' rx='4.0'><title>a label of many characters: 95.0 % [91.0, 97.0], n = 200</title></rect>
</g>
<text class='' x='159.2' y='124.0' text-anchor='end'>no interval</text>
<text class='small' x='430.0' y='124.0' text-anchor='end'>93.00 %</text>
<g class='s0'><rect class='dot' x='237.8' y='116.0' width='8.0' height='8.0' rx='4.0'><title>no interval: 93.00 %, n = 1</title></rect>
</g>
<text class='' x='159.2' y='148.0' text-anchor='end'>unknown</text>
<text class='small' x='430.0' y='148.0' text-anchor='end'>–</text>
</svg>
)";
  EXPECT_EQ(without_ticks(draw(chart)), expected);
}

}  // namespace
}  // namespace digits
