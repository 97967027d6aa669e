#include "base/error.h"
#include "cli/options.h"
#include "cli/output.h"
#include "pipeline/pipeline.h"

namespace digits {

int command_package(const Arguments& arguments) {
  CommandOptions options(
      "package",
      "Checks the gates of an evaluated run and packages its model: TorchScript, "
      "weights, golden logits, manifest. Exits with 4, and writes no package, "
      "when a gate fails.",
      "RUN");
  options.text("out", "folder of the package; must be new (default: RUN/package)", "DIR");
  options.add_machine();
  options.add_json();
  const auto parsed = options.parse(arguments);
  if (!parsed) return kDone;

  const auto run = RunDirectory::open(parsed->word("one run directory"));
  const auto config = resolve(config_from(*parsed, run.read_config()));
  const auto folder =
      parsed->has("out") ? std::filesystem::path(parsed->text("out")) : run.package();
  package_run(run, config, test_of(run, config), folder);
  if (parsed->has("json")) {
    print_json(Json{{"package", folder.string()}});
  } else {
    print_pairs({{"package", folder.string()}});
  }
  return kDone;
}

}  // namespace digits
