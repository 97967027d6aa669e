#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "cli/options.h"
#include "cli/output.h"
#include "pipeline/pipeline.h"

namespace digits {

namespace {

std::string interval(const Quantity& quantity) {
  return fmt::format("{:.4f} [{:.4f}, {:.4f}]", quantity.value, quantity.low, quantity.high);
}

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
    row(gate.metric, interval(gate.observed), gate.observed.n, bound(gate.rule),
        gate.passed ? "passed" : "FAILED", gate.rule.reason);
  }
}

}  // namespace

int command_check(const Arguments& arguments) {
  CommandOptions options("check",
                         "Judges an evaluated run by its gates, or by others: a gate passes when "
                         "the conservative end of the 95 % interval keeps its bound. Exits with 4 "
                         "when one fails.",
                         "RUN");
  options.text("gates", "judge by this file instead, and write nothing", "FILE");
  options.add_json();
  const auto parsed = options.parse(arguments);
  if (!parsed) return kDone;

  const auto run = RunDirectory::open(parsed->word("one run directory"));
  const auto gates = parsed->has("gates") ? check_with(run, parsed->text("gates")) : check_run(run);
  if (parsed->has("json")) {
    print_json(Json{{"gates", gates}});
  } else {
    print_gates(gates);
  }
  require_passed(gates);
  return kDone;
}

}  // namespace digits
