// Draws series of points as SVG lines, with bands for intervals.
#include <algorithm>

#include "report/chart.h"
#include "report/drawing.h"

namespace digits {

namespace {

constexpr double kHeight = 220.0;        // of the frame
constexpr std::size_t kColours = 6;      // of chart.css; the next six series are dashed
constexpr std::size_t kMarkedUpTo = 40;  // points, each with a dot whose tooltip has its numbers

using Run = std::vector<Point>;  // points joined by a line

// Runs of points that lie in the frame.
std::vector<Run> runs_of(const Series& series, const LineChart& chart) {
  std::vector<Run> runs(1);
  for (const auto& point : series.points) {
    if (plottable(point.x, chart.x.scale) && plottable(point.y, chart.y.scale)) {
      runs.back().push_back(point);
    } else if (!runs.back().empty()) {
      runs.emplace_back();
    }
  }
  if (runs.back().empty()) runs.pop_back();
  return runs;
}

bool has_band(const Point& point, Scale scale) {
  return plottable(point.low, scale) && plottable(point.high, scale);
}

void draw_band(Drawing& drawing, const Run& run, const Frame& frame, Scale scale) {
  std::string upper;
  std::string lower;
  for (std::size_t i = 0; i < run.size(); ++i) {
    if (!has_band(run[i], scale)) continue;
    upper += fmt::format("{:.1f},{:.1f} ", frame.px(run[i].x), frame.py(run[i].high));
    lower.insert(0, fmt::format("{:.1f},{:.1f} ", frame.px(run[i].x), frame.py(run[i].low)));
  }
  if (!upper.empty()) drawing.add("<polygon class='band' points='{}{}'/>\n", upper, lower);
}

void draw_dots(Drawing& drawing, const Run& run, const Frame& frame) {
  for (const auto& point : run) {
    drawing.add(
        "<circle class='dot' cx='{:.1f}' cy='{:.1f}' r='2.5'><title>{}: {}</title></circle>\n",
        frame.px(point.x), frame.py(point.y), number_text(point.x), number_text(point.y));
  }
}

std::string style_of(const LineChart& chart, std::size_t index) {
  if (chart.series[index].reference) return "reference";
  const auto before = static_cast<std::size_t>(
      std::count_if(chart.series.begin(), chart.series.begin() + static_cast<std::ptrdiff_t>(index),
                    [](const Series& series) { return !series.reference; }));
  return fmt::format("s{}{}", before % kColours, before / kColours % 2 == 1 ? " dashed" : "");
}

void draw_series(Drawing& drawing, const LineChart& chart, std::size_t index, const Frame& frame) {
  const auto& series = chart.series[index];
  const bool marked = !series.reference && series.points.size() <= kMarkedUpTo;
  drawing.add("<g class='{}'>\n", style_of(chart, index));
  for (const auto& run : runs_of(series, chart)) {
    draw_band(drawing, run, frame, chart.y.scale);
    drawing.add("<polyline class='line' points='");
    for (const auto& point : run) {
      drawing.add("{:.1f},{:.1f} ", frame.px(point.x), frame.py(point.y));
    }
    drawing.add("'/>\n");
    if (marked || run.size() == 1) draw_dots(drawing, run, frame);
  }
  drawing.add("</g>\n");
}

// Names of the series, in as many lines as they need.
void draw_legend(Drawing& drawing, const LineChart& chart) {
  double x = 10.0;
  bool any = false;
  for (std::size_t i = 0; i < chart.series.size(); ++i) {
    if (chart.series[i].name.empty()) continue;
    const auto name = shortened(chart.series[i].name, 40);
    const double width = 30.0 + text_width(name) + 10.0;
    if (x > 10.0 && x + width > kChartWidth) {
      x = 10.0;
      drawing.grow_header(18.0);
    }
    const double y = drawing.bottom() + 4.0;
    drawing.add("<g class='{}'>", style_of(chart, i));
    drawing.line("line", x, y, x + 22.0, y);
    drawing.add("</g>\n");
    drawing.text(x + 28.0, y + 4.0, name);
    x += width;
    any = true;
  }
  if (any) drawing.grow_header(18.0);
}

}  // namespace

Markup draw(const LineChart& chart) {
  std::vector<double> xs;
  std::vector<double> ys;
  for (const auto& series : chart.series) {
    for (const auto& run : runs_of(series, chart)) {
      for (const auto& point : run) {
        xs.push_back(point.x);
        ys.push_back(point.y);
        if (has_band(point, chart.y.scale)) ys.insert(ys.end(), {point.low, point.high});
      }
    }
  }
  Drawing drawing(chart.title);
  draw_legend(drawing, chart);
  drawing.text(10.0, drawing.bottom() + 10.0, chart.y.label, "faint");
  Frame frame;
  frame.x = make_axis(chart.x, xs, 7, Ends::kTight);
  frame.y = make_axis(chart.y, ys, 5, Ends::kLoose);
  frame.left = y_labels_width(frame.y);
  frame.top = drawing.bottom() + 24.0;
  frame.width = kChartWidth - frame.left - 20.0;
  frame.height = kHeight;
  draw_y_axis(drawing, frame);
  draw_x_axis(drawing, frame, chart.x.label);
  for (std::size_t i = 0; i < chart.series.size(); ++i) draw_series(drawing, chart, i, frame);
  if (ys.empty()) {
    drawing.text(frame.left + frame.width / 2.0, frame.top + kHeight / 2.0, "no data", "faint",
                 "middle");
  }
  return drawing.finish(
      frame.top + kHeight + 44.0,
      fmt::format("{} by {}, {} lines", chart.y.label, chart.x.label, chart.series.size()));
}

}  // namespace digits
