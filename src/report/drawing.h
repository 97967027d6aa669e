// Draws the common parts of all charts. Lengths are in the drawing's own units, of which a page
// shows about one per CSS pixel.
#pragma once

#include <fmt/format.h>

#include <iterator>
#include <string>
#include <string_view>
#include <utility>

#include "report/markup.h"
#include "report/scale.h"

namespace digits {

constexpr double kChartWidth = 440.0;  // readable when a narrow screen shows it at 320 pixels

// The width of text at the common size, an estimate for any sans-serif font.
double text_width(std::string_view text);

// An SVG image that grows from top to bottom.
class Drawing {
 public:
  // `subtitle`, in small print, explains more than the axes.
  explicit Drawing(std::string_view title, std::string_view subtitle = "");

  // Adds elements; arguments from outside must be escaped.
  template <typename... Args>
  void add(fmt::format_string<Args...> format, Args&&... args) {
    fmt::format_to(std::back_inserter(body_), format, std::forward<Args>(args)...);
  }

  void line(const char* style, double x1, double y1, double x2, double y2);

  // Text, escaped here; `style` is a list of classes of chart.css, `anchor` as in SVG.
  void text(double x, double y, std::string_view text, const char* style = "",
            const char* anchor = "start");

  double bottom() const { return bottom_; }  // of the header, where the chart may begin
  void grow_header(double height) { bottom_ += height; }

  // The image; screen readers read `summary` after the title. If wider than kChartWidth, it has the
  // class "large".
  Markup finish(double height, std::string_view summary, double width = kChartWidth) const;

 private:
  std::string title_;
  std::string body_;
  double bottom_;
};

// A rectangle with two axes; y grows upwards.
struct Frame {
  double left = 0.0;
  double top = 0.0;
  double width = 0.0;
  double height = 0.0;
  Axis x;
  Axis y;

  double px(double value) const { return left + width * x.share(value); }
  double py(double value) const { return top + height * (1.0 - y.share(value)); }
};

// Draws an axis's ticks with lines and labels, and its title: x below the frame, y left of it.
void draw_x_axis(Drawing& drawing, const Frame& frame, std::string_view label);
void draw_y_axis(Drawing& drawing, const Frame& frame);
double y_labels_width(const Axis& y);  // the room that draw_y_axis needs on the left

}  // namespace digits
