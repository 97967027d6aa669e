#include "bench/compare.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <sstream>

#include "base/error.h"

namespace digits {

namespace {

// The first line that differs; a missing line is empty.
std::pair<std::string, std::string> differing_lines(const std::string& now,
                                                    const std::string& baseline) {
  std::istringstream left(now);
  std::istringstream right(baseline);
  std::string a;
  std::string b;
  while (left || right) {
    if (!std::getline(left, a)) a.clear();
    if (!std::getline(right, b)) b.clear();
    if (a != b) break;
  }
  return {a, b};
}

void require_comparable(const BenchDocument& baseline, const BenchDocument& now) {
  if (baseline.kind != now.kind) {
    throw Error("input.kind",
                fmt::format("{} is of {}, expected {} as in {}", now.name, now.kind, baseline.kind,
                            baseline.name),
                "compare two documents of one command");
  }
  for (std::size_t i = 0; i < baseline.conditions.size(); ++i) {
    const auto& [name, expected] = baseline.conditions[i];
    const auto& seen = now.conditions[i].second;
    if (seen == expected) continue;
    const auto [seen_line, expected_line] = differing_lines(seen, expected);
    throw Error("input.not_comparable",
                fmt::format("{}: {}: \"{}\", expected \"{}\" as in {}", now.name, name, seen_line,
                            expected_line, baseline.name),
                "measure again with the options of the baseline");
  }
}

const BenchMeasure& measure_of(const BenchDocument& document, const std::string& name,
                               const BenchDocument& other) {
  const auto found = std::find_if(document.measures.begin(), document.measures.end(),
                                  [&](const auto& measure) { return measure.name == name; });
  if (found != document.measures.end()) return *found;
  throw Error(
      "input.missing_measure",
      fmt::format("{}: no measure \"{}\", expected one as in {}", document.name, name, other.name),
      "measure both with the same --engine and --batch");
}

std::string percent_text(double change) {
  return std::isfinite(change) ? fmt::format("{:+.1f}", 100.0 * change) : "inf";
}

std::vector<std::string> warnings_of(const BenchDocument& baseline, const BenchDocument& now,
                                     const std::vector<CostChange>& changes) {
  std::vector<std::string> warnings;
  for (std::size_t i = 0; i < baseline.hardware.size(); ++i) {
    const auto& [name, before] = baseline.hardware[i];
    const auto& after = now.hardware[i].second;
    if (after == before) continue;
    warnings.push_back(
        fmt::format("{}: \"{}\", the baseline's is \"{}\"; the calibration cancels only a part of "
                    "the difference",
                    name, after, before));
  }
  for (const auto& one : changes) {
    if (one.verdict != CostVerdict::kUndecided) continue;
    warnings.push_back(fmt::format("{} is undecided: {}; a quieter machine{} narrows the interval",
                                   one.name, change_text(one.change),
                                   now.repetition == "seeds" ? " or more --seeds" : ""));
  }
  return warnings;
}

}  // namespace

std::string CostChange::verdict_text() const {
  const char* worse = unit == "MiB" ? "larger" : "slower";
  if (verdict == CostVerdict::kUndecided) return "undecided";
  return fmt::format("{}{}", verdict == CostVerdict::kSlower ? "" : "not ", worse);
}

Quantity relative_change(const Quantity& a, const Quantity& b) {
  if (!std::isfinite(a.high) || !std::isfinite(b.high)) {
    return {a.value / b.value - 1.0, -1.0, std::numeric_limits<double>::infinity(), a.n + b.n};
  }
  const auto quotient = ratio(a, b);
  return {quotient.value - 1.0, quotient.low - 1.0, quotient.high - 1.0, quotient.n};
}

CostVerdict judge_cost(const Quantity& change, double tolerance) {
  constexpr double kRounding = 1e-12;  // 1.1 - 1 is above 0.1
  if (change.value > tolerance + kRounding) return CostVerdict::kSlower;
  return change.high <= tolerance + kRounding ? CostVerdict::kNotSlower : CostVerdict::kUndecided;
}

BenchComparison compare(const BenchDocument& baseline, const BenchDocument& now, double tolerance) {
  require_comparable(baseline, now);
  for (const auto& measure : now.measures) measure_of(baseline, measure.name, now);
  BenchComparison comparison;
  comparison.tolerance = tolerance;
  for (const auto& before : baseline.measures) {
    const auto& after = measure_of(now, before.name, baseline);
    const auto change = relative_change(after.value, before.value);
    comparison.changes.push_back({before.name, before.unit, before.value.value, after.value.value,
                                  change, judge_cost(change, tolerance)});
  }
  comparison.warnings = warnings_of(baseline, now, comparison.changes);
  return comparison;
}

void require_not_slower(const BenchComparison& comparison) {
  std::vector<std::string> slower;
  for (const auto& one : comparison.changes) {
    if (one.verdict != CostVerdict::kSlower) continue;
    slower.push_back(fmt::format("{}: {}", one.name, change_text(one.change)));
  }
  if (slower.empty()) return;
  throw Error("gate.compute",
              fmt::format("{}; expected at most {} %", fmt::join(slower, "; "),
                          percent_text(comparison.tolerance)),
              "measure again on a quiet machine; if it stays, find the change that costs the time");
}

std::string change_text(const Quantity& change) {
  auto value = fmt::format("{} %", percent_text(change.value));
  if (change.low == change.high) return value;
  return fmt::format("{} [{}, {}]", value, percent_text(change.low), percent_text(change.high));
}

void to_json(Json& json, const CostChange& change) {
  json = Json{{"name", change.name}, {"unit", change.unit},     {"baseline", change.baseline},
              {"new", change.now},   {"change", change.change}, {"verdict", change.verdict_text()}};
  if (!std::isfinite(change.change.high)) json["change"]["high"] = nullptr;
}

void to_json(Json& json, const BenchComparison& comparison) {
  json = Json{{"tolerance", comparison.tolerance},
              {"changes", comparison.changes},
              {"warnings", comparison.warnings}};
}

}  // namespace digits
