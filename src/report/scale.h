// Formats numbers as text, and places them on an axis.
#pragma once

#include <string>
#include <vector>

#include "base/statistics.h"

namespace digits {

enum class Scale {
  kLinear,
  kWhole,    // ticks at whole numbers only: epochs
  kPercent,  // shares, shown times 100
  kLog,      // base 10; values must be above 0
};

// Four significant figures, or all figures before the point ("0.1235", "12345"), two decimals of a
// percentage ("99.57 %"), "–" for values that are not finite. Independent of the locale, like all
// functions here.
std::string number_text(double value, Scale scale = Scale::kLinear);

// "99.57 % [99.42, 99.68]", with enough decimals to show half the interval to one or two figures.
std::string quantity_text(const Quantity& quantity, Scale scale = Scale::kPercent);

struct AxisOptions {
  std::string label;
  Scale scale = Scale::kLinear;
  std::vector<double> covers = {};  // values that the axis always shows: {0, 1}
};

// Whether a value can be placed on such an axis: finite, below 1e150, on a logarithmic one above
// 1e-150.
bool plottable(double value, Scale scale);

struct Tick {
  double value = 0.0;
  std::string label;
};

struct Axis {
  double low = 0.0;
  double high = 1.0;  // > low
  bool log = false;
  std::vector<Tick> ticks;  // ascending, within [low, high]

  double share(double value) const;  // 0 at `low`, 1 at `high`
};

enum class Ends {
  kTight,  // at the data
  kLoose,  // at the ticks next to them; a logarithmic axis always
};

// An axis for the plottable ones of `values`, with about `intervals` intervals: ticks at multiples
// of 1, 2 or 5 times a power of ten (Heckbert, "Nice numbers for graph labels", Graphics Gems,
// 1990), on a logarithmic axis at those numbers themselves. Without values it runs from 0 to 1 (1
// to 10); a single value stands in its middle.
Axis make_axis(const AxisOptions& options, const std::vector<double>& values, int intervals,
               Ends ends);

}  // namespace digits
