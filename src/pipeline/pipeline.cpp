#include "pipeline/pipeline.h"

#include <fmt/format.h>

#include "base/error.h"
#include "base/files.h"
#include "base/interrupt.h"
#include "base/log.h"
#include "model/checkpoint.h"

namespace digits {

namespace {

// A run's own test set is known by its fingerprint: another one would be reported under its name.
void require_unchanged(const RunDirectory& run, const Dataset& test) {
  const auto expected = run.test_fingerprint();
  const auto seen = fingerprint(test);
  if (seen == expected) return;
  throw Error("data.changed",
              fmt::format("{}: test set with fingerprint {}, expected {} as in training",
                          run.path().string(), seen.substr(0, 12), expected.substr(0, 12)),
              "the files changed since the run: restore them, or run again");
}

// Evaluation and checkpoint belong together by the weights' hash. This guards against mix-ups, not
// against forgery.
void require_evaluated(const Checkpoint& checkpoint, const Json& evaluation) {
  const auto expected = json_at<std::string>(evaluation, "/weights_sha256", "input");
  if (checkpoint.sha256 == expected) return;
  throw Error("checkpoint.changed",
              fmt::format("weights {}, expected {} as evaluated", checkpoint.sha256.substr(0, 12),
                          expected.substr(0, 12)),
              "evaluate the run again");
}

}  // namespace

TrainedRun train_run(const Config& config, const std::filesystem::path& path,
                     const RunOptions& options) {
  require_new(path);
  auto sets = acquire(config);
  const auto report = validate_sets(sets, config);
  require_acceptable(report.findings, severity_of(config.data.fail_on), config.data.source);
  for (const auto& finding : report.findings) log_warning(finding.code + ": " + finding.message);
  const auto parts = split_stage(sets.train, config);

  auto run = RunDirectory::create(path);
  run.write_config(config);
  run.write_data(report.json);
  run.write_profile(make_profile(sets.train, static_cast<int>(config.threads)));
  auto history = train_stage(parts, config, run, options);
  return {std::move(run), std::move(sets.test), std::move(history)};
}

Evaluation evaluate_elsewhere(const RunDirectory& run, const Config& config) {
  const auto checkpoint = load_checkpoint(run.checkpoint());
  return evaluate_stage(checkpoint, acquire_test(config, checkpoint.info.schema.class_names),
                        config);
}

Evaluation evaluate_run(const RunDirectory& run, const Config& config, const Dataset& test) {
  require_unchanged(run, test);
  const auto checkpoint = load_checkpoint(run.checkpoint());
  auto evaluation = evaluate_stage(checkpoint, test, config);
  Json json = evaluation;
  json["weights_sha256"] = checkpoint.sha256;
  run.write_evaluation(json);
  return evaluation;
}

Dataset test_of(const RunDirectory& run, const Config& config) {
  return acquire_test(config, load_checkpoint(run.checkpoint()).info.schema.class_names);
}

void package_run(const RunDirectory& run, const Config& config, const Dataset& test,
                 const std::filesystem::path& folder) {
  require_new(folder);
  require_unchanged(run, test);
  const auto checkpoint = load_checkpoint(run.checkpoint());
  const auto evaluation = run.read_evaluation();
  require_evaluated(checkpoint, evaluation);
  const auto gates = check_stage(json_at<Quantity>(evaluation, "/accuracy", "input"), config);
  run.write_checks(Json{{"gates", gates}});
  require_passed(gates);
  package_stage(run, checkpoint, config, test, folder);
}

FinishedRun run_pipeline(const Config& config, const std::filesystem::path& path,
                         const RunOptions& options) {
  const auto trained = train_run(config, path, options);
  throw_if_interrupted("evaluation");
  auto evaluation = evaluate_run(trained.run, config, trained.test);
  throw_if_interrupted("packaging");
  package_run(trained.run, config, trained.test, trained.run.package());
  return {trained.run, trained.history, std::move(evaluation)};
}

}  // namespace digits
