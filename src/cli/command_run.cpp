// Runs `digits run`: the whole pipeline, with a table of results at the end.
#include <fmt/format.h>

#include "base/error.h"
#include "base/quantity_text.h"
#include "cli/exchange_factory.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/run_request.h"

namespace digits {

namespace {

void print_run(const FinishedRun& finished, const Config& config, bool packaged) {
  const auto& [started, history, evaluation, gates] = finished;
  const auto& run = started.run;
  fmt::print("{}\n", history_table(history));
  print_pairs({{"data", config.data.source},
               {"test accuracy", percent(evaluation.accuracy)},
               {"test loss", fmt::format("{:.4f}", evaluation.loss)},
               {"precision", started.config.train.precision},
               {"peak memory", mebibytes(summarise(history).peak_memory_bytes)},
               {"run", run.path().string()},
               {"report", run.report().string()},
               {"package", packaged ? run.package().string() : "none"}});
  if (packaged) print_evaluation(evaluation);
  fmt::print("\n{}", gate_table(gates, false));
}

Json json_of(const FinishedRun& finished, bool packaged) {
  const auto& [started, history, evaluation, gates] = finished;
  const auto& run = started.run;
  return Json{{"accuracy", evaluation.accuracy},
              {"loss", evaluation.loss},
              {"training", summarise(history)},
              {"gates", gates},
              {"run", run.path().string()},
              {"report", run.report().string()},
              {"package", packaged ? Json(run.package().string()) : Json()}};
}

int run_stages(const ParsedOptions& parsed, GradientExchange* exchange) {
  auto request = run_request(parsed);
  request.options.exchange = exchange;
  const auto finished = run_pipeline(request);
  const auto policy = undecided_policy(request.config);
  const bool packaged = may_be_packaged(finished.gates, policy);
  if (parsed.has("json")) {
    print_json(json_of(finished, packaged));
  } else {
    print_run(finished, request.config, packaged);
  }
  require_packageable(finished.gates, policy);
  return kDone;
}

}  // namespace

int command_run(const Arguments& arguments) {
  CommandOptions options(
      "run",
      "Runs the whole pipeline into a new run directory: acquire, validate, split, "
      "train, evaluate, check, report, package.\nWithout options: synthetic digits, "
      "preset standard. Exits with 3 for bad data, 4 when a gate fails; after "
      "Ctrl-C, --resume continues.");
  options.add_run();
  options.add_json();
  const auto parsed = options.parse(arguments);
  if (!parsed) return kDone;
  return run_shared(*parsed,
                    [&](GradientExchange* exchange) { return run_stages(*parsed, exchange); });
}

}  // namespace digits
