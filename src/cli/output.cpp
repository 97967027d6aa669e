#include "cli/output.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdio>
#include <tuple>

#include "base/printable.h"
#include "base/quantity_text.h"

namespace digits {

void print_pairs(const std::vector<std::pair<std::string, std::string>>& pairs) {
  std::size_t width = 0;
  for (const auto& [name, value] : pairs) width = std::max(width, name.size());
  for (const auto& [name, value] : pairs) {
    fmt::print("{:<{}}  {}\n", name, width, printable(value));
  }
}

std::string history_table(const std::vector<EpochRecord>& history) {
  const auto row = [](const auto&... cells) {
    return fmt::format("{:<5} {:>10} {:>15} {:>36} {:>9} {:>8} {:>8}\n", cells...);
  };
  const auto rates = [](const auto& record) {
    return std::make_tuple(fmt::format("{:.0f}", images_per_second(record)),
                           fmt::format("{:.1f} %", 100.0 * wait_share(record)),
                           fmt::format("{:.1f}", record.seconds));
  };
  auto table = row("epoch", "train loss", "validation loss", "validation accuracy", "images/s",
                   "waiting", "seconds");
  const auto& best = best_epoch(history);
  for (const auto& record : history) {
    const auto [speed, waiting, seconds] = rates(record);
    table +=
        row(fmt::format("{}{}", record.epoch, &record == &best ? " *" : ""),
            fmt::format("{:.4f}", record.train_loss), fmt::format("{:.4f}", record.validation_loss),
            percent(record.validation_accuracy), speed, waiting, seconds);
  }
  const auto [speed, waiting, seconds] = rates(summarise(history));
  return table + row("all", "", "", "* best", speed, waiting, seconds);
}

std::string mebibytes(std::int64_t bytes) { return fmt::format("{} MiB", bytes >> 20); }

namespace {

void print_metrics(const Evaluation& evaluation) {
  std::vector<std::pair<std::string, std::string>> pairs;
  for (std::size_t k = 2; k <= evaluation.top_k.size(); ++k) {
    pairs.emplace_back(fmt::format("top-{} accuracy", k), percent(evaluation.top_k[k - 1]));
  }
  for (const auto& [metric, quantity] : evaluation.metrics) {
    pairs.emplace_back(metric.title, metric.is_share ? percent(quantity) : number(quantity));
  }
  for (const auto& baseline : evaluation.baselines) {
    pairs.emplace_back("baseline " + baseline.name, percent(baseline.accuracy));
  }
  print_pairs(pairs);
}

void print_fairness(const Fairness& fairness) {
  const char* row = "{:<10} {:<10} {:>36}\n";
  fmt::print("\n");
  fmt::print(fmt::runtime(row), "factor", "slice", "accuracy");
  for (const auto& group : fairness.groups) {
    if (group.factor == "class") continue;  // the recalls above
    for (const auto& slice : group.slices) {
      fmt::print(fmt::runtime(row), group.factor, slice.name, percent(slice.accuracy));
    }
    fmt::print(fmt::runtime(row), group.factor, "gap", percent(group.gap));
    if (group.equalised_odds) {
      fmt::print(fmt::runtime(row), group.factor, "odds", percent(group.equalised_odds->value));
    }
    if (group.disparate_impact) {
      fmt::print(fmt::runtime(row), group.factor, "impact", percent(group.disparate_impact->value));
    }
  }
  fmt::print("worst slice: {} {}\n", fairness.worst_factor, fairness.worst_slice);
}

}  // namespace

void print_evaluation(const Evaluation& evaluation) {
  print_metrics(evaluation);
  const char* row = "{:<10} {:>9} {:>36} {:>7} {:>7} {:>7}\n";
  fmt::print("\n");
  fmt::print(fmt::runtime(row), "class", "precision", "recall", "F1", "ROC AUC", "AP");
  for (std::size_t k = 0; k < evaluation.per_class.size(); ++k) {
    const auto& metrics = evaluation.per_class[k];
    const auto& scores = evaluation.class_scores[k];
    fmt::print(fmt::runtime(row), metrics.name,
               fmt::format("{:.2f} %", 100.0 * metrics.precision.value), percent(metrics.recall),
               fmt::format("{:.4f}", metrics.f1), fmt::format("{:.4f}", scores.roc_auc.value),
               fmt::format("{:.4f}", scores.average_precision.value));
  }
  fmt::print("\nconfusion (row: truth, column: prediction)\n");
  for (std::size_t k = 0; k < evaluation.confusion.size(); ++k) {
    fmt::print("{:<10} {:>6}\n", evaluation.per_class[k].name,
               fmt::join(evaluation.confusion[k], " "));
  }
  if (!evaluation.fairness.groups.empty()) print_fairness(evaluation.fairness);
}

std::string gate_table(const std::vector<Gate>& gates, bool passed_too) {
  std::vector<const Gate*> shown;
  std::size_t width = 6;
  for (const auto& gate : gates) {
    if (gate.verdict == GateVerdict::kPassed && !passed_too) continue;
    shown.push_back(&gate);
    width = std::max(width, gate.metric.size());
  }
  const auto row = [&](const auto&... cells) {
    return fmt::format(
        fmt::runtime(fmt::format("{{:<{}}}  {{:<24}} {{:>7}} {{:>10}}  {{:<9}} {{}}\n", width)),
        cells...);
  };
  std::string table;
  if (!shown.empty()) {
    table = row("metric", "observed, 95 % interval", "n", "bound", "verdict", "reason");
  }
  for (const auto* gate : shown) {
    const auto note = verdict_note(*gate);
    table += row(gate->metric, number(gate->observed), gate->observed.n,
                 fmt::format("{} {:g}", gate->rule.at_least ? ">=" : "<=", gate->rule.bound),
                 gate->verdict == GateVerdict::kFailed ? "FAILED" : to_string(gate->verdict),
                 gate->rule.reason + (note.empty() ? "" : "; " + note));
  }
  return table + "gates: " + summary(gates) + "\n";
}

void print_findings(const std::vector<Finding>& findings) {
  if (findings.empty()) fmt::print("findings  none\n");
  for (const auto& finding : findings) {
    fmt::print("{:<8}  {}: {}", to_string(finding.severity), finding.code,
               printable(finding.message));
    if (!finding.first.empty()) fmt::print(" (first: {})", fmt::join(finding.first, ", "));
    if (!finding.hint.empty()) fmt::print(" (hint: {})", finding.hint);
    fmt::print("\n");
  }
}

void print_messages(const std::vector<std::string>& messages) {
  constexpr std::size_t kListed = 100;
  std::string text;
  for (std::size_t i = 0; i < std::min(kListed, messages.size()); ++i) text += messages[i] + "\n";
  if (messages.size() > kListed) {
    text += fmt::format("... and {} more\n", messages.size() - kListed);
  }
  std::fputs(text.c_str(), stderr);
}

void print_json(const Json& json) { fmt::print("{}\n", to_text(json, -1)); }

}  // namespace digits
