#include "pipeline/start_run.h"

#include <fmt/format.h>

#include "base/error.h"
#include "base/files.h"
#include "base/log.h"
#include "model/checkpoint.h"
#include "pipeline/fit_to_set.h"

namespace digits {

namespace {

// The same images may be divided differently.
void require_unchanged_validation(const RunDirectory& run, const Sets& sets) {
  if (sets.validation == run.own_validation()) return;
  throw Error("data.changed",
              fmt::format("{}: the set's own validation part has {} images, expected {} as in "
                          "training",
                          run.path().string(), sets.validation, run.own_validation()),
              "the folders changed since the run: restore them, or run again");
}

// Throws input.missing when the run's set is not at the place that `config` names.
void require_source(const RunDirectory& run, const Config& config) {
  const auto& source = config.data.source;
  if (source == "synthetic" || kind_of(source) != PathKind::kMissing) return;
  throw Error(
      "input.missing", fmt::format("{}: no such folder", source),
      fmt::format(
          "{} names it, relative to the folder where the run was made: change to that folder, "
          "or add --data DIR with the place of the set",
          (run.path() / "config.toml").string()));
}

// Rejects findings at the configured severity, and logs the others.
DataReport accept(const Sets& sets, const Config& config) {
  auto report = validate_sets(sets, config);
  require_acceptable(report.findings, severity_of(config.data.fail_on), config.data.source);
  for (const auto& finding : report.findings) {
    const auto text = finding.code + ": " + finding.message;
    finding.severity == Severity::kNote ? log_info(text) : log_warning(text);
  }
  return report;
}

// Threads divide sums; another number of threads rounds them differently.
void warn_of_other_threads(const Config& config, const Config& before, const std::string& name) {
  if (config.threads == before.threads) return;
  log_warning(
      fmt::format("threads.changed: {}: started with {} threads, resumed with {}: the result may "
                  "differ in its last bits",
                  name, before.threads, config.threads));
}

// The run's own configuration, if `asked` is the same. Its data may lie in another place: the
// fingerprints verify them.
Config stored_config(const RunDirectory& run, const Config& asked) {
  auto own = run.read_config();
  auto compared = with_fitted_values(asked, own);
  if (run.has_data()) compared.data.source = own.data.source;
  if (asked.train.precision == "auto") compared.train.precision = own.train.precision;
  const auto name = run.path().string();
  require_same(compared, own, name);
  warn_of_other_threads(asked, own, name);
  own.threads = asked.threads;
  return own;
}

}  // namespace

void require_startable(const std::filesystem::path& path, const Config& asked) {
  require_new(path);
  gates_text(asked);
}

StartedRun create_run(const std::filesystem::path& path, const Config& config) {
  auto run = RunDirectory::create(path);
  run.write_config(config);
  auto lock = run.lock();
  return {std::move(run), std::move(lock), config};
}

StartedRun open_stopped_run(const std::filesystem::path& path, const Config& asked) {
  auto run = RunDirectory::open(path);
  auto config = stored_config(run, asked);
  auto lock = run.lock();
  remove_leftovers(path);
  remove_leftovers(run.checkpoints());
  require_source(run, asked);
  return {std::move(run), std::move(lock), std::move(config)};
}

std::optional<DataReport> validate_stage(const Sets& sets, const Config& config,
                                         const std::optional<StartedRun>& stopped) {
  if (!stopped || !stopped->run.has_data()) return accept(sets, config);
  const auto& run = stopped->run;
  require_unchanged_validation(run, sets);
  require_unchanged(run, "train", sets.train);
  require_unchanged(run, "test", sets.test);
  return std::nullopt;
}

void describe_data(const RunDirectory& run, const Sets& sets, const TrainingParts& parts,
                   const DataReport& report, const Config& config) {
  const auto threads = static_cast<int>(config.threads);
  run.write_gates(gates_text(config));
  run.write_profile(make_profile(sets.train, threads));
  auto json = report.json;
  json["baselines"] = evaluate_baselines(parts.training, sets.test, threads);
  run.write_data(json);
}

void require_unchanged(const RunDirectory& run, const char* part, const Dataset& set) {
  const auto seen = fingerprint(set);
  const auto expected = run.fingerprint_of(part);
  if (seen == expected) return;
  throw Error("data.changed",
              fmt::format("{}: {} set with fingerprint {}, expected {} as in training",
                          run.path().string(), part, seen.substr(0, 12), expected.substr(0, 12)),
              "the files changed since the run: restore them, or run again");
}

Dataset test_of(const RunDirectory& run, const Config& config) {
  require_source(run, config);
  auto test = acquire_test(config, load_checkpoint(run.checkpoint()).info.schema.class_names);
  require_unchanged(run, "test", test);
  return test;
}

}  // namespace digits
