#include <fmt/format.h>

#include "base/error.h"
#include "cli/options.h"
#include "cli/output.h"
#include "pipeline/pipeline.h"

namespace digits {

int command_evaluate(const Arguments& arguments) {
  CommandOptions options("evaluate",
                         "Measures a run's checkpoint on the run's test set, and how it behaves "
                         "on images that are changed, and writes evaluation.json into the run; "
                         "with --data, on the test part of another set, and only prints metrics.",
                         "RUN");
  options.text("data", "\"synthetic\", or a folder of IDX files or class folders", "DIR");
  options.add_digit_checks();
  options.add_machine();
  options.add_json();
  const auto parsed = options.parse(arguments);
  if (!parsed) return kDone;

  const auto run = RunDirectory::open(parsed->word("one run directory"));
  const auto config = resolve(config_from(*parsed, run.read_config()));
  const auto evaluation = parsed->has("data") ? evaluate_elsewhere(run, config)
                                              : evaluate_run(run, config, test_of(run, config));
  if (parsed->has("json")) {
    print_json(evaluation);
  } else {
    print_pairs({{"data", config.data.source},
                 {"test accuracy", percent(evaluation.accuracy)},
                 {"test loss", fmt::format("{:.4f}", evaluation.loss)}});
    print_evaluation(evaluation);
  }
  return kDone;
}

}  // namespace digits
