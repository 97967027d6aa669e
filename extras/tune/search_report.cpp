#include "tune/search_report.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/quantity_text.h"

namespace digits {

namespace {

// Compares each trained trial with the base, which is the first.
void compare_with_base(std::vector<RankedTrial>& trials) {
  std::vector<RankedTrial*> compared;
  std::vector<double> p;
  for (auto& one : trials) {
    if (one.trial.is_base() || !one.result.failure.empty()) continue;
    const auto counts = paired_counts(trials.front().result, one.result);
    one.change = paired_difference(counts);
    p.push_back(mcnemar_p(counts));
    compared.push_back(&one);
  }
  const auto adjusted = holm(p);
  for (std::size_t i = 0; i < compared.size(); ++i) compared[i]->p = adjusted[i];
}

std::string search_row(const std::string& rank, const RankedTrial& one) {
  const bool failed = !one.result.failure.empty();
  return fmt::format("{:>4}  {:>5}  {:>36}  {:>24}  {:>7.1f}  {}\n", rank, one.trial.id,
                     failed ? one.result.failure : percent(one.result.accuracy),
                     one.change ? points(*one.change) : "-", one.result.seconds,
                     changes_text(one.trial));
}

}  // namespace

SearchReport rank_trials(const std::vector<Trial>& trials,
                         const std::vector<TrialResult>& results) {
  SearchReport report;
  for (std::size_t i = 0; i < trials.size(); ++i) report.trials.push_back({trials[i], results[i]});
  compare_with_base(report.trials);
  const auto worth = [](const RankedTrial& one) {
    return one.result.failure.empty() ? one.result.accuracy.value : -1.0;
  };
  std::stable_sort(report.trials.begin(), report.trials.end(),
                   [&](const auto& a, const auto& b) { return worth(a) > worth(b); });
  report.better = report.trials.front().p < kSearchAlpha;  // the p of the base is 1
  return report;
}

std::string verdict_text(const SearchReport& report) {
  const auto& best = report.trials.front();
  if (!best.change) return "no drawn trial is better than the base configuration";
  return fmt::format("trial {} is {} the base: {} points, p = {:.2g} (McNemar, Holm)",
                     best.trial.id, report.better ? "better than" : "not distinguishable from",
                     points(*best.change), best.p);
}

std::string search_table(const SearchReport& report) {
  auto table = fmt::format("{:>4}  {:>5}  {:>36}  {:>24}  {:>7}  {}\n", "rank", "trial",
                           "validation accuracy", "points against the base", "seconds", "changes");
  int rank = 0;
  for (const auto& one : report.trials) table += search_row(std::to_string(++rank), one);
  return table;
}

void to_json(Json& json, const SearchReport& report) {
  json = Json{{"trials", Json::array()}, {"better", report.better}};
  for (const auto& one : report.trials) {
    json["trials"].push_back({{"trial", one.trial.id},
                              {"changes", one.trial.changes},
                              {"validation_accuracy", one.result.accuracy},
                              {"best_epoch", one.result.best_epoch},
                              {"seconds", one.result.seconds},
                              {"failure", one.result.failure},
                              {"change", one.change ? Json(*one.change) : Json()},
                              {"p", one.p}});
  }
}

}  // namespace digits
