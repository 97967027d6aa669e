#include "report/drawing.h"

#include <algorithm>

namespace digits {

double text_width(std::string_view text) { return 6.6 * static_cast<double>(length_of(text)); }

Drawing::Drawing(std::string_view title, std::string_view subtitle)
    : title_(escape(title)), bottom_(subtitle.empty() ? 32.0 : 48.0) {
  text(10.0, 20.0, shortened(title, 52), "title");
  if (!subtitle.empty()) text(10.0, 38.0, subtitle, "faint");
}

void Drawing::line(const char* style, double x1, double y1, double x2, double y2) {
  add("<line class='{}' x1='{:.1f}' y1='{:.1f}' x2='{:.1f}' y2='{:.1f}'/>\n", style, x1, y1, x2,
      y2);
}

void Drawing::text(double x, double y, std::string_view text, const char* style,
                   const char* anchor) {
  add("<text class='{}' x='{:.1f}' y='{:.1f}' text-anchor='{}'>{}</text>\n", style, x, y, anchor,
      escape(text));
}

Markup Drawing::finish(double height, std::string_view summary, double width) const {
  return {fmt::format(
      "<svg xmlns='http://www.w3.org/2000/svg' class='chart{}' role='img' aria-label='{}: {}' "
      "viewBox='0 0 {:.0f} {:.0f}' width='{:.0f}' height='{:.0f}'>\n<title>{}</title>\n"
      "<style>{}</style>\n<rect class='paper' width='100%' height='100%'/>\n{}</svg>\n",
      width > kChartWidth ? " large" : "", title_, escape(summary), width, height, width, height,
      title_, chart_style(), body_)};
}

void draw_x_axis(Drawing& drawing, const Frame& frame, std::string_view label) {
  const double base = frame.top + frame.height;
  for (const auto& tick : frame.x.ticks) {
    const double x = frame.px(tick.value);
    drawing.line("grid", x, frame.top, x, base);
    drawing.text(x, base + 16.0, tick.label, "tick", "middle");
  }
  drawing.text(frame.left + frame.width, base + 33.0, label, "faint", "end");
}

void draw_y_axis(Drawing& drawing, const Frame& frame) {
  for (const auto& tick : frame.y.ticks) {
    const double y = frame.py(tick.value);
    drawing.line("grid", frame.left, y, frame.left + frame.width, y);
    drawing.text(frame.left - 7.0, y + 4.0, tick.label, "tick", "end");
  }
}

double y_labels_width(const Axis& y) {
  double widest = 0.0;
  for (const auto& tick : y.ticks) widest = std::max(widest, text_width(tick.label));
  return widest + 14.0;
}

}  // namespace digits
