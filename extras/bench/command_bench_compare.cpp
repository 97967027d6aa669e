// Runs `digits bench compare`: two documents of `digits bench train` or `infer`.
#include <fmt/format.h>

#include "base/error.h"
#include "base/files.h"
#include "base/log.h"
#include "bench/command_bench.h"
#include "bench/compare.h"
#include "cli/options.h"
#include "cli/output.h"

namespace digits {

namespace {

CommandOptions bench_compare_options() {
  CommandOptions options(
      "bench compare",
      "Compares two documents of `digits bench train --out` or of `digits bench infer --out`. "
      "Times "
      "are in loops: multiples of the time of a fixed reference loop, which each benchmark "
      "measures "
      "between its parts, so that another clock frequency or a busy machine cancels in part. Exits "
      "with 4 if a measure is slower than the tolerance.",
      "BASELINE.json NEW.json");
  options.text("tolerance", "the largest accepted change, a share in (0, 1]", "SHARE", "0.2");
  options.add_json();
  return options;
}

BenchDocument read_bench_document(const std::string& file) {
  return parse_bench_document(parse_json(read_file(file), file, "input"), file);
}

void print_comparison(const BenchDocument& baseline, const BenchDocument& now,
                      const BenchComparison& comparison) {
  const char* row = "{:<26} {:>6} {:>10} {:>10}  {:<26} {}\n";
  fmt::print(fmt::runtime(row), "measure", "unit", "baseline", "new", "change", "verdict");
  for (const auto& one : comparison.changes) {
    fmt::print(fmt::runtime(row), one.name, one.unit, fmt::format("{:.4g}", one.baseline),
               fmt::format("{:.4g}", one.now), change_text(one.change), one.verdict_text());
  }
  const auto n = [](const BenchDocument& document) { return document.measures[0].value.n; };
  fmt::print("\n");
  print_pairs({{"loop", fmt::format("{:.4f} s in the baseline, {:.4f} s in the new one",
                                    baseline.calibration_seconds, now.calibration_seconds)},
               {"interval", fmt::format("95 %, by the spread of {} and {} {}", n(baseline), n(now),
                                        now.repetition)},
               {"tolerance", fmt::format("{:g} %", 100.0 * comparison.tolerance)}});
}

}  // namespace

int command_bench_compare(const Arguments& arguments) {
  auto options = bench_compare_options();
  const auto parsed = options.parse(arguments);
  if (!parsed) return kDone;
  const double tolerance = parsed->share("tolerance");
  const auto files = parsed->words("BASELINE.json and NEW.json");
  if (files.size() != 2) {
    throw Error("usage.argument",
                fmt::format("{} files, expected BASELINE.json and NEW.json", files.size()),
                "digits bench compare --help");
  }

  const auto baseline = read_bench_document(files[0]);
  const auto now = read_bench_document(files[1]);
  const auto comparison = compare(baseline, now, tolerance);
  if (parsed->has("json")) {
    print_json(with_schema(kBenchCompareSchema, comparison));
  } else {
    print_comparison(baseline, now, comparison);
  }
  for (const auto& warning : comparison.warnings) log_warning(warning);
  require_not_slower(comparison);
  return kDone;
}

}  // namespace digits
