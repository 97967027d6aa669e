// Small charts, and the positions in a chart that is read back as XML.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "report/chart.h"
#include "support/xml.h"

namespace digits {

// The position of an axis's tick with this label, on the left axis or on the lower one.
inline double tick_y(const XmlElement& svg, const std::string& label) {
  for (const auto& text : elements(svg, "text", "tick")) {
    if (text.attribute("text-anchor") == "end" && text.text == label) return text.number("y") - 4.0;
  }
  ADD_FAILURE() << "no tick " << label << " at the left";
  return NAN;
}
inline double tick_x(const XmlElement& svg, const std::string& label) {
  for (const auto& text : elements(svg, "text", "tick")) {
    if (text.attribute("text-anchor") == "middle" && text.text == label) return text.number("x");
  }
  ADD_FAILURE() << "no tick " << label << " below";
  return NAN;
}

inline std::vector<std::string> texts(const XmlElement& svg) {
  std::vector<std::string> all;
  for (const auto& text : elements(svg, "text")) all.push_back(text.text);
  return all;
}

// A chart of one line without a band.
inline LineChart line_of(std::vector<Point> points) {
  return {"title", {"x"}, {"y"}, {{"line", std::move(points), false}}};
}

// Three classes: b is predicted as a in 3 of 4 images, and c is absent.
inline ConfusionChart three_classes() {
  return {"title", {"a", "b", "c"}, {{8, 1, 0}, {3, 1, 0}, {0, 0, 0}}};
}

// Two values; the lower one is marked.
inline DotChart two_rows() {
  return {"title",
          {"accuracy", Scale::kPercent, {}},
          {{"good", {0.96, 0.94, 0.98, 500}, false}, {"bad", {0.92, 0.88, 0.94, 400}, true}}};
}

}  // namespace digits
