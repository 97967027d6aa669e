// Draws a reliability diagram as SVG.
#include <algorithm>
#include <cmath>

#include "report/chart.h"
#include "report/drawing.h"

namespace digits {

namespace {

constexpr double kCurveHeight = 210.0;  // of the frame
constexpr double kBarsHeight = 56.0;    // of the counts below
constexpr double kBarsGap = 22.0;       // between the two: the highest bar's number

// "9.7k": a count in four characters.
std::string short_count(std::size_t n) {
  if (n < 1000) return fmt::format("{}", n);
  if (n < 9950) return fmt::format("{:.1f}k", static_cast<double>(n) / 1e3);
  if (n < 999500) return fmt::format("{:.0f}k", static_cast<double>(n) / 1e3);
  return fmt::format("{:.3g}M", static_cast<double>(n) / 1e6);
}

// The bin's accuracy with its interval.
void draw_bin(Drawing& drawing, const ConfidenceBin& bin, const Frame& frame) {
  const auto& [value, low, high, n] = bin.accuracy;
  const double x = frame.px(bin.confidence);
  if (std::isfinite(low) && std::isfinite(high)) {
    drawing.line("interval", x, frame.py(low), x, frame.py(high));
  }
  drawing.add(
      "<circle class='dot' cx='{:.1f}' cy='{:.1f}' r='4'><title>confidence {}, accuracy {}, "
      "n = {}</title></circle>\n",
      x, frame.py(value), number_text(bin.confidence, Scale::kPercent), quantity_text(bin.accuracy),
      n);
}

// The bin's number of images, as text and as a bar on a logarithmic scale: a good model has almost
// all images in one bin.
void draw_count(Drawing& drawing, const ConfidenceBin& bin, const Frame& frame, double top,
                std::size_t most) {
  const double height = kBarsHeight * std::log1p(static_cast<double>(bin.accuracy.n)) /
                        std::log1p(static_cast<double>(most));
  const double left = frame.px(bin.low);
  const double width = frame.px(bin.high) - left;
  drawing.add("<rect class='bar' x='{:.1f}' y='{:.1f}' width='{:.1f}' height='{:.1f}'/>\n",
              left + 0.5, top + kBarsHeight - height, std::max(1.0, width - 1.0), height);
  if (width < 16.0) return;
  drawing.text(left + width / 2.0, top + kBarsHeight - height - 4.0, short_count(bin.accuracy.n),
               "small", "middle");
}

}  // namespace

Markup draw(const ReliabilityChart& chart) {
  Drawing drawing(chart.title, "accuracy by confidence; below: images (log scale)");
  Frame frame;
  frame.x = frame.y = make_axis({"", Scale::kPercent, {0.0, 1.0}}, {}, 5, Ends::kLoose);
  frame.left = y_labels_width(frame.y);
  frame.top = drawing.bottom() + 10.0;
  frame.width = kChartWidth - frame.left - 20.0;
  frame.height = kCurveHeight + kBarsGap + kBarsHeight;  // x labels stand below the bars
  draw_x_axis(drawing, frame, "confidence");
  frame.height = kCurveHeight;
  draw_y_axis(drawing, frame);
  drawing.add("<g class='reference'>");
  drawing.line("line", frame.px(0.0), frame.py(0.0), frame.px(1.0), frame.py(1.0));
  drawing.add("</g>\n<g class='s0'>\n");
  std::size_t most = 0;
  for (const auto& bin : chart.bins) most = std::max(most, bin.accuracy.n);
  for (const auto& bin : chart.bins) {
    if (bin.accuracy.n == 0 || !std::isfinite(bin.confidence + bin.accuracy.value)) continue;
    draw_bin(drawing, bin, frame);
    draw_count(drawing, bin, frame, frame.top + kCurveHeight + kBarsGap, most);
  }
  drawing.add("</g>\n");
  if (most == 0) {
    drawing.text(frame.left + frame.width / 2.0, frame.top + 20.0, "no data", "faint", "middle");
  }
  return drawing.finish(frame.top + kCurveHeight + kBarsGap + kBarsHeight + 44.0,
                        fmt::format("reliability diagram of {} bins", chart.bins.size()));
}

}  // namespace digits
