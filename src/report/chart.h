// Draws charts: plain data to SVG. The same text is a file of its own and a part of an HTML page;
// it follows the reader's light or dark setting, needs no script, font or network, and is the same
// for the same data. Values that are not finite are left out. Titles, names and labels are any
// text.
#pragma once

#include <cstddef>
#include <limits>
#include <string>
#include <vector>

#include "base/statistics.h"
#include "report/markup.h"
#include "report/scale.h"

namespace digits {

// A point of a curve; with both ends of an interval, the curve has a band around it.
struct Point {
  double x = 0.0;
  double y = 0.0;
  double low = std::numeric_limits<double>::quiet_NaN();
  double high = std::numeric_limits<double>::quiet_NaN();
};

struct Series {
  std::string name;           // in the legend; none if empty
  std::vector<Point> points;  // in the order of the line, which breaks at a point that is left out
  bool reference = false;     // a thin dashed line for comparison: chance, a bound
};

// All plottable points are drawn: the maker of a curve of thousands thins it.
struct LineChart {
  std::string title;
  AxisOptions x;
  AxisOptions y;
  std::vector<Series> series;
};
Markup draw(const LineChart& chart);

// counts[truth][prediction], as ConfusionMatrix. Colour is the share of the row, on a square-root
// scale, so that rare mistakes are visible; right and wrong have different hues. Throws
// std::out_of_range when the counts lack a class.
struct ConfusionChart {
  std::string title;
  std::vector<std::string> classes;
  std::vector<std::vector<std::size_t>> counts;
};
Markup draw(const ConfusionChart& chart);

// Reliability diagram: the accuracy of each bin of confidences against their mean, with the number
// of images below (DeGroot & Fienberg, "The comparison and evaluation of forecasters", 1983). An
// empty bin has n = 0.
struct ConfidenceBin {
  double low = 0.0;         // of the bin
  double high = 0.0;        //
  double confidence = 0.0;  // mean of the bin
  Quantity accuracy;
};
struct ReliabilityChart {
  std::string title;
  std::vector<ConfidenceBin> bins;
};
Markup draw(const ReliabilityChart& chart);

// One measured quantity per line, such as the accuracy of a slice.
struct DotRow {
  std::string label;
  Quantity value;
  bool marked = false;  // by colour and shape: the worst one
};
struct DotChart {
  std::string title;
  AxisOptions axis;
  std::vector<DotRow> rows;
};
Markup draw(const DotChart& chart);

}  // namespace digits
