// Runs `digits package`: packages a run's model if its gates allow it.
#include "base/error.h"
#include "cli/options.h"
#include "cli/output.h"
#include "pipeline/pipeline.h"
#include "repository/model_folder.h"

namespace digits {

namespace {

// Packages as the model's next version.
void package_into_repository(const ParsedOptions& parsed, const RunDirectory& run,
                             const Config& config, ModelFolder& model) {
  const int version = package_run(run, config, test_of(run, config), model);
  if (parsed.has("promote")) model.promote(version);
  const auto folder = model.path_of(version).string();
  const int current = model.current();
  if (parsed.has("json")) {
    print_json(Json{
        {"package", folder}, {"model", model.name()}, {"version", version}, {"current", current}});
  } else {
    print_pairs({{"package", folder},
                 {"model", model.name()},
                 {"version", std::to_string(version)},
                 {"current", std::to_string(current)}});
  }
}

void package_into_folder(const ParsedOptions& parsed, const RunDirectory& run, const Config& config,
                         const std::string& name) {
  const auto folder = parsed.text("out");
  package_run(run, config, test_of(run, config), folder, name);
  if (parsed.has("json")) {
    print_json(Json{{"package", folder}});
  } else {
    print_pairs({{"package", folder}});
  }
}

}  // namespace

int command_package(const Arguments& arguments) {
  CommandOptions options("package",
                         "Checks the gates of an evaluated run and adds its model to a repository "
                         "as the next version: TorchScript, weights, golden logits, manifest, "
                         "model card. The first version is current at once, later ones with "
                         "--promote or `digits models`. Exits with 4, and writes no package, when "
                         "a gate fails.",
                         "RUN");
  options.text("repository", "folder of the models", "DIR", "models");
  options.text("name", "name of the model (default: the name of the data's folder, or digits)",
               "NAME");
  options.flag("promote", "make the new version current");
  options.text("out", "write the package into this new folder instead", "DIR");
  options.add_run_data();
  options.add_machine();
  options.add_json();
  const auto parsed = options.parse(arguments);
  if (!parsed) return kDone;
  if (parsed->has("out") && (parsed->has("repository") || parsed->has("promote"))) {
    throw Error("usage.option", "--out cannot be combined with --repository or --promote",
                "a package in a folder of its own has no versions");
  }

  const auto run = RunDirectory::open(parsed->word("one run directory"));
  const auto trained_with = run.read_config();
  const auto config = resolve(config_from(*parsed, trained_with));
  const auto name = parsed->has("name") ? parsed->text("name") : default_model_name(trained_with);
  ModelFolder model(parsed->text("repository"), name);  // which checks the name
  if (parsed->has("out")) {
    package_into_folder(*parsed, run, config, name);
  } else {
    package_into_repository(*parsed, run, config, model);
  }
  return kDone;
}

}  // namespace digits
