// Judges the changes of an ablation.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "base/quantity_text.h"
#include "tune/ablation.h"

namespace digits {

namespace {

// The row of the `seeds` results from `first` on.
AblationRow make_row(const std::string& name, const std::string& changes, const TrialResult* first,
                     int seeds) {
  AblationRow row{name, changes};
  for (const auto* result = first; result != first + seeds; ++result) {
    row.accuracies.push_back(result->accuracy.value);
    row.seconds += result->seconds / seeds;
    if (row.failure.empty()) row.failure = result->failure;
  }
  row.accuracy = mean_within(row.accuracies, 0.0, 1.0);
  return row;
}

void compare_rows(AblationRow& row, const AblationRow& base) {
  if (!row.failure.empty()) {
    row.worth = Worth::kFailed;
    return;
  }
  std::vector<double> changes;
  for (std::size_t i = 0; i < base.accuracies.size(); ++i) {
    // Equal differences of shares differ in their last bits. An image is far more than 1e-9.
    changes.push_back(std::round(1e9 * (row.accuracies[i] - base.accuracies[i])) / 1e9);
  }
  row.change = mean_within(changes, -1.0, 1.0);
  row.worth = judge_change(*row.change);
}

std::string by_seed(const AblationRow& row) {
  if (!row.failure.empty()) return "-";
  std::vector<std::string> texts;
  for (const double accuracy : row.accuracies) {
    texts.push_back(fmt::format("{:.2f}", 100.0 * accuracy));
  }
  return fmt::format("{}", fmt::join(texts, ", "));
}

}  // namespace

const char* to_string(Worth worth) {
  switch (worth) {
    case Worth::kWorth:
      return "worth";
    case Worth::kNone:
      return "none";
    case Worth::kFailed:
      return "failed";
    case Worth::kUndecided:
      break;
  }
  return "undecided";
}

Worth judge_change(const Quantity& change) {
  if (change.high < 0.0) return Worth::kWorth;
  return change.low > -kNegligibleLoss ? Worth::kNone : Worth::kUndecided;
}

std::vector<AblationRow> summarise_ablation(const std::vector<NamedChange>& changes,
                                            const std::vector<Trial>& trials,
                                            const std::vector<TrialResult>& results, int seeds) {
  std::vector<AblationRow> rows;
  for (std::size_t i = 0; i <= changes.size(); ++i) {
    const auto first = i * static_cast<std::size_t>(seeds);
    rows.push_back(make_row(i == 0 ? "base" : changes[i - 1].name, changes_text(trials[first]),
                            &results[first], seeds));
    if (i > 0) compare_rows(rows[i], rows[0]);
  }
  return rows;
}

std::string ablation_table(const std::vector<AblationRow>& rows) {
  std::size_t width = 6;
  for (const auto& row : rows) width = std::max(width, row.name.size());
  const auto line = [&](const auto&... cells) {
    return fmt::format(
        fmt::runtime(fmt::format("{{:<{}}}  {{:>31}}  {{:>24}}  {{:<9}}  {{:>7}}  {{}}\n", width)),
        cells...);
  };
  auto table = line("change", "mean validation accuracy", "points against the base", "verdict",
                    "seconds", "by seed");
  for (const auto& row : rows) {
    table += line(row.name, row.failure.empty() ? percent(row.accuracy) : row.failure,
                  row.change ? points(*row.change) : "-",
                  &row == &rows.front() ? "-" : to_string(row.worth),
                  fmt::format("{:.1f}", row.seconds), by_seed(row));
  }
  return table;
}

void to_json(Json& json, const AblationRow& row) {
  json = Json{{"name", row.name},
              {"changes", row.changes},
              {"validation_accuracy", row.accuracy},
              {"by_seed", row.accuracies},
              {"change", row.change ? Json(*row.change) : Json()},
              {"verdict", row.changes == "base" ? Json() : Json(to_string(row.worth))},
              {"seconds", row.seconds},
              {"failure", row.failure}};
}

}  // namespace digits
