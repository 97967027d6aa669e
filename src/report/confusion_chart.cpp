// Draws a confusion matrix as SVG.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "report/chart.h"
#include "report/drawing.h"

namespace digits {

namespace {

constexpr std::size_t kLongestName = 14;
constexpr double kLeastForNumber = 22.0;  // smallest side of a cell with a number
constexpr double kDeep = 0.85;            // opacity from which the number is light

// Geometry of the matrix in the drawing.
struct Grid {
  std::vector<std::string> names;
  double widest = 0.0;  // of the names
  bool turned = false;  // names above the columns, too wide for them
  double left = 0.0;
  double top = 0.0;
  double cell = 0.0;
  double digit = 0.0;  // font size of the numbers

  double side() const { return cell * static_cast<double>(names.size()); }
  double x(std::size_t column) const { return left + cell * static_cast<double>(column); }
  double y(std::size_t row) const { return top + cell * static_cast<double>(row); }
};

std::size_t largest(const std::vector<std::vector<std::size_t>>& counts) {
  std::size_t most = 0;
  for (const auto& row : counts) {
    for (const auto count : row) most = std::max(most, count);
  }
  return most;
}

Grid grid_of(const ConfusionChart& chart, double header) {
  Grid grid;
  for (const auto& name : chart.classes) {
    grid.names.push_back(shortened(name, kLongestName));
    grid.widest = std::max(grid.widest, text_width(grid.names.back()));
  }
  const auto classes = static_cast<double>(std::max<std::size_t>(1, grid.names.size()));
  grid.left = grid.widest + 20.0;
  const double room = kChartWidth - grid.left - 12.0;
  grid.cell = classes > 40.0 ? 960.0 / classes : std::clamp(room / classes, 26.0, 56.0);
  const auto places = static_cast<double>(fmt::formatted_size("{}", largest(chart.counts)));
  grid.digit = std::min(13.0, (grid.cell - 3.0) / (0.6 * places));
  grid.turned = grid.widest > grid.cell;
  grid.top = header + (grid.turned ? 0.71 * grid.widest + 14.0 : 20.0);
  return grid;
}

void draw_cell(Drawing& drawing, const Grid& grid, const ConfusionChart& chart, std::size_t row,
               std::size_t column, std::size_t total) {
  const auto count = chart.counts[row].at(column);
  const double share = count == 0 ? 0.0 : static_cast<double>(count) / static_cast<double>(total);
  const double opacity = std::sqrt(share);
  if (count > 0) {
    drawing.add(
        "<rect class='{0}' x='{1:.1f}' y='{2:.1f}' width='{4:.1f}' height='{4:.1f}' "
        "fill-opacity='{3:.3f}'><title>{5} taken for {6}: {7} of {8}, {9}</title></rect>\n",
        row == column ? "right" : "wrong", grid.x(column), grid.y(row), opacity, grid.cell - 1.0,
        escape(chart.classes[row]), escape(chart.classes[column]), count, total,
        number_text(share, Scale::kPercent));
  }
  if (grid.cell < kLeastForNumber) return;
  drawing.add(
      "<text class='{}' x='{:.1f}' y='{:.1f}' text-anchor='middle' font-size='{:.1f}'>{}</text>\n",
      count == 0        ? "zero"
      : opacity > kDeep ? "deep"
                        : "cell",
      grid.x(column) + grid.cell / 2.0 - 0.5, grid.y(row) + grid.cell / 2.0 + 0.36 * grid.digit,
      grid.digit, count);
}

// Names beside the rows and above the columns; if there are too many, some are left out.
void draw_names(Drawing& drawing, const Grid& grid) {
  const auto every = static_cast<std::size_t>(std::ceil(12.0 / grid.cell));
  for (std::size_t k = 0; k < grid.names.size(); k += every) {
    drawing.text(grid.left - 7.0, grid.y(k) + grid.cell / 2.0 + 4.0, grid.names[k], "tick", "end");
    const double x = grid.x(k) + grid.cell / 2.0;
    if (grid.turned) {
      drawing.add("<text class='tick' transform='translate({:.1f} {:.1f}) rotate(-45)'>{}</text>\n",
                  x, grid.top - 6.0, escape(grid.names[k]));
    } else {
      drawing.text(x, grid.top - 6.0, grid.names[k], "tick", "middle");
    }
  }
}

}  // namespace

Markup draw(const ConfusionChart& chart) {
  Drawing drawing(chart.title, "rows: truth, columns: prediction; colour: share of the row");
  const auto grid = grid_of(chart, drawing.bottom());
  draw_names(drawing, grid);
  for (std::size_t row = 0; row < grid.names.size(); ++row) {
    const auto& counts = chart.counts.at(row);
    const auto total = std::accumulate(counts.begin(), counts.end(), std::size_t{0});
    for (std::size_t column = 0; column < grid.names.size(); ++column) {
      draw_cell(drawing, grid, chart, row, column, total);
    }
  }
  if (grid.names.empty()) drawing.text(10.0, grid.top + 20.0, "no data", "faint");
  const double overhang = grid.turned ? 0.71 * grid.widest - grid.cell / 2.0 : 0.0;
  return drawing.finish(grid.top + std::max(grid.side(), 40.0) + 12.0,
                        fmt::format("confusion matrix of {} classes", grid.names.size()),
                        std::max(kChartWidth, grid.left + grid.side() + std::max(12.0, overhang)));
}

}  // namespace digits
