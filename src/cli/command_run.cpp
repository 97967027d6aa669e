#include <fmt/format.h>

#include "base/error.h"
#include "cli/options.h"
#include "cli/output.h"
#include "pipeline/pipeline.h"

namespace digits {

int command_run(const Arguments& arguments) {
  CommandOptions options(
      "run",
      "The whole pipeline into a new run directory: acquire, validate, split, "
      "train, evaluate, check, report, package.\nWithout options: synthetic digits, "
      "preset standard. Exits with 3 for bad data, 4 when a gate fails; after "
      "Ctrl-C, --resume goes on.");
  options.add_config();
  options.add_training();
  options.add_run_path();
  options.add_tensorboard();
  options.add_json();
  const auto parsed = options.parse(arguments);
  if (!parsed) return kDone;

  const auto request = run_request(*parsed);
  const auto [run, history, evaluation] = with_way_to_resume(
      "run", request, [&] { return run_pipeline(request.config, request.path, request.options); });
  const auto training = summarise(history);
  if (parsed->has("json")) {
    print_json(Json{{"accuracy", evaluation.accuracy},
                    {"loss", evaluation.loss},
                    {"training", training},
                    {"run", run.path().string()},
                    {"report", run.report().string()},
                    {"package", run.package().string()}});
    return kDone;
  }
  fmt::print("{}\n", history_table(history));
  print_pairs({{"data", request.config.data.source},
               {"test accuracy", percent(evaluation.accuracy)},
               {"test loss", fmt::format("{:.4f}", evaluation.loss)},
               {"precision", request.config.train.precision},
               {"peak memory", mebibytes(training.peak_memory_bytes)},
               {"run", run.path().string()},
               {"report", run.report().string()},
               {"package", run.package().string()}});
  print_evaluation(evaluation);
  return kDone;
}

}  // namespace digits
