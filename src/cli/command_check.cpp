#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/error.h"
#include "cli/options.h"
#include "cli/output.h"
#include "pipeline/pipeline.h"
#include "pipeline/regression.h"

namespace digits {

namespace {

std::string bound(const GateRule& rule) {
  return fmt::format("{} {:g}", rule.at_least ? ">=" : "<=", rule.bound);
}

void print_gates(const std::vector<Gate>& gates) {
  std::size_t width = 6;
  for (const auto& gate : gates) width = std::max(width, gate.metric.size());
  const auto row = [&](const auto&... cells) {
    fmt::print(
        fmt::runtime(fmt::format("{{:<{}}}  {{:<24}} {{:>7}} {{:>10}}  {{:<7}} {{}}\n", width)),
        cells...);
  };
  row("metric", "observed, 95 % interval", "n", "bound", "verdict", "reason");
  for (const auto& gate : gates) {
    row(gate.metric, number(gate.observed), gate.observed.n, bound(gate.rule),
        gate.passed ? "passed" : "FAILED", gate.rule.reason);
  }
}

void print_comparison(const Comparison& comparison) {
  const char* row = "{:<10} {:>30} {:>6} {:>6} {:>9}  {}\n";
  fmt::print("\n");
  fmt::print(fmt::runtime(row), "against", "points, 95 % interval", "lost", "gained", "p",
             "verdict");
  const auto print = [&](const std::string& name, const Change& change) {
    const auto& [value, low, high, n] = change.difference;
    fmt::print(fmt::runtime(row), name,
               fmt::format("{:+.2f} [{:+.2f}, {:+.2f}]", 100.0 * value, 100.0 * low, 100.0 * high),
               change.counts.lost, change.counts.gained, fmt::format("{:.3g}", change.p),
               change.worse ? "WORSE" : "not worse");
  };
  print("accuracy", comparison.accuracy);
  for (const auto& recall : comparison.recalls) print(recall.name, recall);
}

}  // namespace

int command_check(const Arguments& arguments) {
  CommandOptions options("check",
                         "Judges an evaluated run by its gates, or by others: a gate passes when "
                         "the conservative end of the 95 % interval keeps its bound. Exits with 4 "
                         "when one fails.",
                         "RUN");
  options.text("gates", "judge by this file instead, and write nothing", "FILE");
  options.text("baseline", "also fail when worse than this run, image by image", "RUN");
  options.add_json();
  const auto parsed = options.parse(arguments);
  if (!parsed) return kDone;

  const auto run = RunDirectory::open(parsed->word("one run directory"));
  const auto gates = parsed->has("gates") ? check_with(run, parsed->text("gates")) : check_run(run);
  std::optional<Comparison> comparison;
  if (parsed->has("baseline")) {
    comparison = compare_runs(run, RunDirectory::open(parsed->text("baseline")));
  }
  if (parsed->has("json")) {
    Json json{{"gates", gates}};
    if (comparison) json["baseline"] = *comparison;
    print_json(json);
  } else {
    print_gates(gates);
    if (comparison) print_comparison(*comparison);
  }
  require_passed(gates);
  if (comparison) require_no_regression(*comparison);
  return kDone;
}

}  // namespace digits
