// Draws measured quantities with their intervals as SVG, one row each.
#include <algorithm>
#include <cmath>

#include "report/chart.h"
#include "report/drawing.h"

namespace digits {

namespace {

constexpr double kRow = 24.0;
constexpr std::size_t kLongestLabel = 22;

bool has_interval(const Quantity& value, Scale scale) {
  return plottable(value.low, scale) && plottable(value.high, scale);
}

std::vector<double> values_of(const DotChart& chart) {
  std::vector<double> values;
  for (const auto& row : chart.rows) {
    values.push_back(row.value.value);
    if (has_interval(row.value, chart.axis.scale)) {
      values.insert(values.end(), {row.value.low, row.value.high});
    }
  }
  return values;
}

// A dot, or a diamond for a marked row.
void draw_marker(Drawing& drawing, double x, double y, bool diamond, const std::string& about) {
  const double r = diamond ? 4.5 : 4.0;
  drawing.add(
      "<rect class='dot' x='{0:.1f}' y='{1:.1f}' width='{2:.1f}' height='{2:.1f}' rx='{3:.1f}'{4}>"
      "<title>{5}</title></rect>\n",
      x - r, y - r, 2.0 * r, diamond ? 0.0 : r,
      diamond ? fmt::format(" transform='rotate(45 {:.1f} {:.1f})'", x, y) : "", escape(about));
}

void draw_row(Drawing& drawing, const DotRow& row, const Frame& frame, double y, Scale scale) {
  const auto text = quantity_text(row.value, scale);
  drawing.text(frame.left - 10.0, y + 4.0, shortened(row.label, kLongestLabel), "", "end");
  drawing.text(kChartWidth - 10.0, y + 4.0, text, "small", "end");
  if (!plottable(row.value.value, scale)) return;
  drawing.add("<g class='{}'>", row.marked ? "warning" : "s0");
  if (has_interval(row.value, scale)) {
    drawing.line("interval", frame.px(row.value.low), y, frame.px(row.value.high), y);
  }
  draw_marker(drawing, frame.px(row.value.value), y, row.marked,
              fmt::format("{}: {}, n = {}", row.label, text, row.value.n));
  drawing.add("</g>\n");
}

}  // namespace

Markup draw(const DotChart& chart) {
  double labels = 0.0;
  double numbers = 0.0;
  for (const auto& row : chart.rows) {
    labels = std::max(labels, text_width(shortened(row.label, kLongestLabel)));
    numbers = std::max(numbers, 0.85 * text_width(quantity_text(row.value, chart.axis.scale)));
  }
  Drawing drawing(chart.title);
  Frame frame;
  frame.x = make_axis(chart.axis, values_of(chart), 4, Ends::kLoose);
  frame.left = labels + 24.0;
  frame.top = drawing.bottom() + 4.0;
  frame.width = kChartWidth - frame.left - numbers - 28.0;
  frame.height = kRow * static_cast<double>(std::max<std::size_t>(1, chart.rows.size()));
  draw_x_axis(drawing, frame, chart.axis.label);
  double y = frame.top + kRow / 2.0;
  for (const auto& row : chart.rows) {
    draw_row(drawing, row, frame, y, chart.axis.scale);
    y += kRow;
  }
  if (chart.rows.empty()) drawing.text(10.0, y + 4.0, "no data", "faint");
  return drawing.finish(
      frame.top + frame.height + 44.0,
      fmt::format("{} of {} rows, with intervals", chart.axis.label, chart.rows.size()));
}

}  // namespace digits
