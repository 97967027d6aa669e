#include "history/command_history.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/files.h"
#include "base/quantity_text.h"
#include "cli/options.h"
#include "cli/output.h"
#include "history/run_history.h"
#include "pipeline/regression.h"

namespace digits {

namespace {

constexpr int kPlotWidth = 25;  // characters

// "   --o---   ": value and interval on an axis from `lowest` to `highest`.
std::string interval_plot(const Quantity& quantity, double lowest, double highest) {
  const double range = std::max(highest - lowest, 1e-12);
  const auto place = [&](double value) {
    const double share = std::clamp((value - lowest) / range, 0.0, 1.0);
    return static_cast<std::size_t>(std::lround(share * (kPlotWidth - 1)));
  };
  std::string plot(kPlotWidth, ' ');
  for (auto i = place(quantity.low); i <= place(quantity.high); ++i) plot[i] = '-';
  plot[place(quantity.value)] = 'o';
  return plot;
}

std::string verdict(const RunSummary& run) {
  if (!run.change) return "first on its test set";
  if (!run.change->worse) return "not worse";
  return fmt::format("DROP: {}", fmt::join(regressions_of(*run.change), "; "));
}

void print_history(const std::vector<RunSummary>& runs) {
  std::size_t width = 4;
  double lowest = 1.0;
  double highest = 0.0;
  for (const auto& run : runs) {
    width = std::max(width, run.name.size());
    lowest = std::min(lowest, run.accuracy.low);
    highest = std::max(highest, run.accuracy.high);
  }
  const auto row = [&](const auto&... cells) {
    fmt::print(fmt::runtime(fmt::format(
                   "{{:>3}}  {{:<{}}}  {{:<19}}  {{:<36}}  {{:<{}}}  {{:>8}}  {{:>11}}  {{}}\n",
                   width, kPlotWidth)),
               cells...);
  };
  row("#", "run", "start, UTC", "accuracy", fmt::format("{:<12.4f}{:>13.4f}", lowest, highest),
      "log loss", "calibration", "against the one before");
  for (std::size_t i = 0; i < runs.size(); ++i) {
    row(i + 1, runs[i].name, runs[i].started, percent(runs[i].accuracy),
        interval_plot(runs[i].accuracy, lowest, highest),
        fmt::format("{:.4f}", runs[i].log_loss.value),
        fmt::format("{:.4f}", runs[i].calibration_error.value), verdict(runs[i]));
  }
}

}  // namespace

int command_history(const Arguments& arguments) {
  CommandOptions options(
      "history",
      "Lists the evaluated runs of a folder in the order of their start: metrics, and whether "
      "each is significantly worse than the previous one on the same test set.",
      "FOLDER");
  options.text("plot", "write the accuracy over time as SVG", "FILE");
  options.add_json();
  const auto parsed = options.parse(arguments);
  if (!parsed) return kDone;

  const auto runs = run_history(parsed->word("one folder of runs"));
  if (parsed->has("plot")) write_file(parsed->text("plot"), draw(history_chart(runs)).text);
  if (parsed->has("json")) {
    print_json(Json{{"runs", runs}});
  } else {
    print_history(runs);
  }
  return kDone;
}

}  // namespace digits
