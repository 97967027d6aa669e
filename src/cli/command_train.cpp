#include <fmt/format.h>

#include "base/error.h"
#include "cli/options.h"
#include "cli/output.h"
#include "pipeline/pipeline.h"

namespace digits {

int command_train(const Arguments& arguments) {
  CommandOptions options("train",
                         "Validates a set and trains on it, into a new run directory: "
                         "configuration, data report, history and checkpoint.");
  options.add_config();
  options.add_run_path();
  options.add_json();
  const auto parsed = options.parse(arguments);
  if (!parsed) return kDone;

  const auto request = run_request(*parsed);
  EpochRecord last;
  with_way_to_resume("train", request.path, [&] {
    last = train_run(request.config, request.path, request.options).history.back();
  });
  const auto run = RunDirectory::open(request.path);
  if (parsed->has("json")) {
    print_json(Json{{"run", run.path().string()}, {"last_epoch", last}});
  } else {
    print_pairs({{"validation accuracy", percent(last.validation_accuracy)},
                 {"precision", request.config.train.precision},
                 {"run", run.path().string()},
                 {"checkpoint", run.checkpoint().string()}});
  }
  return kDone;
}

}  // namespace digits
