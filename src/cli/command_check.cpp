// Runs `digits check`: judges an evaluated run by its gates, or against another run.
#include <fmt/format.h>

#include <optional>

#include "base/error.h"
#include "base/quantity_text.h"
#include "cli/options.h"
#include "cli/output.h"
#include "pipeline/pipeline.h"
#include "pipeline/regression.h"

namespace digits {

namespace {

void print_comparison(const Comparison& comparison) {
  const char* row = "{:<10} {:>30} {:>6} {:>6} {:>9}  {}\n";
  fmt::print("\n");
  fmt::print(fmt::runtime(row), "against", "points, 95 % interval", "lost", "gained", "p",
             "verdict");
  const auto print = [&](const std::string& name, const Change& change) {
    fmt::print(fmt::runtime(row), name, points(change.difference), change.counts.lost,
               change.counts.gained, fmt::format("{:.3g}", change.p),
               change.worse ? "WORSE" : "not worse");
  };
  print("accuracy", comparison.accuracy);
  for (const auto& recall : comparison.recalls) print(recall.name, recall);
}

}  // namespace

int command_check(const Arguments& arguments) {
  CommandOptions options("check",
                         "Judges an evaluated run by its gates, or by others. A gate passes when "
                         "the conservative end of the 95 % interval keeps its bound, fails when "
                         "the value misses it, and is undecided in between. Exits with 4 when one "
                         "fails.",
                         "RUN");
  options.text("gates", "judge by this file instead, and write no file", "FILE");
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
    fmt::print("{}", gate_table(gates));
    if (comparison) print_comparison(*comparison);
  }
  require_packageable(gates, undecided_policy(run.read_config()));
  if (comparison) require_no_regression(*comparison);
  return kDone;
}

}  // namespace digits
