// Runs `digits train`: the stages up to training, into a run directory.
#include <fmt/format.h>

#include "base/error.h"
#include "cli/exchange_factory.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/run_request.h"

namespace digits {

namespace {

int train_run(const ParsedOptions& parsed, GradientExchange* exchange) {
  auto request = run_request(parsed);
  request.options.train_only = true;
  request.options.exchange = exchange;
  const auto trained = run_pipeline(request);
  const auto& [run, lock, config] = trained.started;
  const auto training = summarise(trained.history);
  if (parsed.has("json")) {
    print_json(Json{{"run", run.path().string()},
                    {"training", training},
                    {"best_epoch", best_epoch(trained.history)},
                    {"last_epoch", trained.history.back()}});
  } else {
    fmt::print("{}\n", history_table(trained.history));
    print_pairs({{"precision", config.train.precision},
                 {"peak memory", mebibytes(training.peak_memory_bytes)},
                 {"run", run.path().string()},
                 {"checkpoint", run.checkpoint().string()}});
  }
  return kDone;
}

}  // namespace

int command_train(const Arguments& arguments) {
  CommandOptions options("train",
                         "Validates a set and trains on it, into a new run directory: "
                         "configuration, data report, history and checkpoint.");
  options.add_run();
  options.add_json();
  const auto parsed = options.parse(arguments);
  if (!parsed) return kDone;
  return run_shared(*parsed,
                    [&](GradientExchange* exchange) { return train_run(*parsed, exchange); });
}

}  // namespace digits
