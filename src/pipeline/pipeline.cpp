#include "pipeline/pipeline.h"

#include <fmt/format.h>

#include "base/error.h"
#include "base/log.h"

namespace digits {

namespace {

// A run's own test set is known by its fingerprint: another one would be reported under its name.
void require_unchanged(const RunDirectory& run, const Dataset& test) {
  const auto expected = run.read_data().at("test").at("fingerprint").get<std::string>();
  const auto seen = fingerprint(test);
  if (seen == expected) return;
  throw Error("data.changed",
              fmt::format("test set with fingerprint {}, expected {} as in {}", seen.substr(0, 12),
                          expected.substr(0, 12), run.path().string()),
              "the files changed since the run: name another set with --data to measure on it");
}

}  // namespace

TrainedRun train_run(const Config& config, const std::filesystem::path& path) {
  auto sets = acquire(config);
  const auto report = validate_sets(sets, config.data.source);
  require_no_errors(report.findings, config.data.source);
  for (const auto& finding : report.findings) spdlog::warn("{}: {}", finding.code, finding.message);

  auto run = RunDirectory::create(path);
  run.write_config(config);
  run.write_data(report.json);
  auto history = train_stage(sets.train, config, run);
  return {std::move(run), std::move(sets), std::move(history)};
}

Evaluation evaluate_run(const RunDirectory& run, const Config& config, const Dataset& test) {
  require_unchanged(run, test);
  const auto evaluation = evaluate_stage(load_checkpoint(run.checkpoint()), test, config);
  run.write_evaluation(evaluation);
  return evaluation;
}

void package_run(const RunDirectory& run, const Config& config, const Dataset& test,
                 const std::filesystem::path& folder) {
  require_unchanged(run, test);
  const auto accuracy = run.read_evaluation().at("accuracy").get<Quantity>();
  const auto gates = check_stage(accuracy, config);
  run.write_checks(Json{{"gates", gates}});
  require_passed(gates);
  package_stage(run, load_checkpoint(run.checkpoint()), config, test, folder);
}

Evaluation run_pipeline(const Config& config, const std::filesystem::path& path) {
  const auto trained = train_run(config, path);
  auto evaluation = evaluate_run(trained.run, config, trained.sets.test);
  package_run(trained.run, config, trained.sets.test, trained.run.package());
  return evaluation;
}

}  // namespace digits
