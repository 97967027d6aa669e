// Runs `digits report`: writes a run's report.html and its figures.
#include <fmt/format.h>

#include "cli/options.h"
#include "cli/output.h"
#include "cli/run_request.h"
#include "pipeline/pipeline.h"

namespace digits {

int command_report(const Arguments& arguments) {
  CommandOptions options("report",
                         "Judges an evaluated run by its gates and writes report.html and "
                         "figures/*.svg into it: one page "
                         "without scripts or network, and its plots.",
                         "RUN");
  options.add_run_data();
  options.add_machine();
  options.add_json();
  const auto parsed = options.parse(arguments);
  if (!parsed) return kDone;

  const auto run = RunDirectory::open(parsed->word("one run directory"));
  const auto config = resolve(config_from(*parsed, run.read_config()));
  report_run(run, config, test_of(run, config));
  if (parsed->has("json")) {
    print_json(Json{{"report", run.report().string()}});
  } else {
    print_pairs({{"report", run.report().string()}});
  }
  return kDone;
}

}  // namespace digits
