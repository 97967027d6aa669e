#include "pipeline/pipeline.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/error.h"
#include "base/files.h"
#include "base/interrupt.h"
#include "base/log.h"
#include "data/contact_sheet.h"
#include "inference/package.h"
#include "model/checkpoint.h"
#include "model/device.h"
#include "model/network.h"
#include "pipeline/fit_to_set.h"
#include "pipeline/numerics_stage.h"
#include "pipeline/report_page.h"
#include "pipeline/report_pictures.h"
#include "pipeline/version.h"

namespace digits {

namespace {

constexpr std::size_t kPictures = 24;  // of mistakes, and of unsure hits

// A run's own sets are known by their fingerprints: others would be reported under their names.
void require_unchanged(const RunDirectory& run, const char* part, const Dataset& set,
                       const std::string& expected) {
  const auto seen = fingerprint(set);
  if (seen == expected) return;
  throw Error("data.changed",
              fmt::format("{}: {} set with fingerprint {}, expected {} as in training",
                          run.path().string(), part, seen.substr(0, 12), expected.substr(0, 12)),
              "the files changed since the run: restore them, or run again");
}

void require_unchanged_test(const RunDirectory& run, const Dataset& test) {
  require_unchanged(run, "test", test, run.test_fingerprint());
}

// The same images may be split in another way.
void require_unchanged_validation(const RunDirectory& run, const Sets& sets) {
  if (sets.validation == run.own_validation()) return;
  throw Error("data.changed",
              fmt::format("{}: the set's own validation part has {} images, expected {} as in "
                          "training",
                          run.path().string(), sets.validation, run.own_validation()),
              "the folders changed since the run: restore them, or run again");
}

// Throws input.missing when the run's set is not where `config` says.
void require_source(const RunDirectory& run, const Config& config) {
  const auto& source = config.data.source;
  if (source == "synthetic" || kind_of(source) != PathKind::kMissing) return;
  throw Error("input.missing", fmt::format("{}: no such folder", source),
              fmt::format("{} names it, as seen from where the run was made: go there, or add "
                          "--data DIR with the place of the set",
                          (run.path() / "config.toml").string()));
}

// What was made of a checkpoint belongs to it by the weights' hash. This guards against mix-ups,
// not against forgery.
void require_weights(const Checkpoint& checkpoint, const std::string& expected) {
  if (checkpoint.sha256 == expected) return;
  throw Error("checkpoint.changed",
              fmt::format("weights {}, expected {} as evaluated", checkpoint.sha256.substr(0, 12),
                          expected.substr(0, 12)),
              "evaluate the run again");
}

// validate: refuses what the configuration does not accept, and warns of the rest.
DataReport accept(const Sets& sets, const Config& config) {
  auto report = validate_sets(sets, config);
  require_acceptable(report.findings, severity_of(config.data.fail_on), config.data.source);
  for (const auto& finding : report.findings) {
    const auto text = finding.code + ": " + finding.message;
    finding.severity == Severity::kNote ? log_info(text) : log_warning(text);
  }
  return report;
}

// The data report last: where there is one, gates and profile are there. It holds what a model has
// to beat, since both sets are at hand only here.
void describe(const RunDirectory& run, const Sets& sets, const TrainingParts& parts,
              const DataReport& report, const Config& config) {
  const auto threads = static_cast<int>(config.threads);
  run.write_gates(gates_text(config));
  run.write_profile(make_profile(sets.train, threads));
  auto json = report.json;
  json["baselines"] = evaluate_baselines(parts.training, sets.test, threads);
  run.write_data(json);
}

// train, and a picture of what training saw.
std::vector<EpochRecord> train_and_show(const TrainingParts& parts, const Config& config,
                                        const RunDirectory& run, const RunOptions& options) {
  auto history = train_stage(parts, config, run, options);
  ContactSheetOptions sheet;
  sheet.augment = config.augment;
  sheet.seed = static_cast<std::uint64_t>(config.seed);
  write_contact_sheet(run.augmentation(), parts.training, sheet);
  return history;
}

// Threads share out sums, which are rounded otherwise when there are more or fewer.
void warn_of_other_threads(const Config& config, const Config& before, const std::string& name) {
  if (config.threads == before.threads) return;
  log_warning(
      fmt::format("threads.changed: {}: begun with {} threads, resumed with {}: the result may "
                  "differ in its last bits",
                  name, before.threads, config.threads));
}

// The run's own configuration, if `asked` is the same. Its data may lie in another place: the
// fingerprints tell whether they are the same.
Config own_config(const RunDirectory& run, const Config& asked) {
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

// Goes on with the run at `path`, if configuration and data are those that it was begun with.
TrainedRun resume_run(const Config& asked, const std::filesystem::path& path,
                      const RunOptions& options) {
  auto run = RunDirectory::open(path);
  const auto config = own_config(run, asked);
  auto lock = run.lock();
  remove_leftovers(path);
  remove_leftovers(run.checkpoints());
  require_source(run, asked);
  auto sets = acquire(asked);
  const auto parts = split_stage(sets.train, config, sets.validation);
  if (run.has_data()) {
    require_unchanged_validation(run, sets);
    require_unchanged(run, "training", sets.train, run.train_fingerprint());
    require_unchanged_test(run, sets.test);
  } else {  // stopped before it was described
    const auto report = accept(sets, config);
    describe(run, sets, parts, report, config);
  }
  run.write_numerics(check_training(config, make_network(parts.training, config)).numerics);
  auto history = train_and_show(parts, config, run, options);
  return {std::move(run), std::move(lock), std::move(sets.test), std::move(history)};
}

Evaluation evaluation_of(const RunDirectory& run, const Checkpoint& checkpoint,
                         const Config& config, const Dataset& test) {
  require_unchanged_test(run, test);
  auto evaluation = evaluate_stage(checkpoint, test, config);
  evaluation.baselines = run.read_baselines();
  return evaluation;
}

void warn_of_undecided(const std::vector<Gate>& gates) {
  std::vector<std::string> names;
  for (const auto& gate : gates) {
    if (gate.verdict == GateVerdict::kUndecided) names.push_back(gate.metric);
  }
  if (names.empty()) return;
  log_warning(fmt::format("gate.undecided: {} of {} gates: too few images for {}", names.size(),
                          gates.size(), fmt::join(names, ", ")));
}

// The checkpoint of a run that may be packaged: evaluated on `test`, and past its gates.
Checkpoint require_packageable(const RunDirectory& run, const Dataset& test) {
  require_unchanged_test(run, test);
  auto checkpoint = load_checkpoint(run.checkpoint());
  const auto evaluation = run.read_evaluation();
  require_weights(checkpoint, json_at<std::string>(evaluation, "/weights_sha256", "input"));
  const auto gates = check_run(run);
  require_packageable(gates, undecided_policy(run.read_config()));
  warn_of_undecided(gates);
  return checkpoint;
}

// The package of a run that was stopped after it: whole, and made of these weights.
void require_packaged(const RunDirectory& run, const Config& config) {
  const auto package = Package::load(run.package(), choose_device(config.device));
  require_weights(load_checkpoint(run.checkpoint()),
                  json_at<std::string>(package.manifest(), "/lineage/weights_sha256", "package"));
}

}  // namespace

TrainedRun train_run(const Config& asked, const std::filesystem::path& path,
                     const RunOptions& options) {
  if (options.resume) return resume_run(asked, path, options);
  require_new(path);
  gates_text(asked);  // before the hours of training, not after them
  auto sets = acquire(asked);
  const auto report = accept(sets, asked);
  const auto parts = split_stage(sets.train, asked, sets.validation);
  const auto fitted = fit_stage(asked, parts.training);
  const auto [config, numerics] = check_training(fitted, make_network(parts.training, fitted));

  auto run = RunDirectory::create(path);
  run.write_config(config);
  auto lock = run.lock();
  run.write_numerics(numerics);
  describe(run, sets, parts, report, config);
  auto history = train_and_show(parts, config, run, options);
  return {std::move(run), std::move(lock), std::move(sets.test), std::move(history)};
}

Evaluation evaluate_elsewhere(const RunDirectory& run, const Config& config) {
  const auto checkpoint = load_checkpoint(run.checkpoint());
  return evaluate_stage(checkpoint, acquire_test(config, checkpoint.info.schema.class_names),
                        config);
}

Evaluation evaluate_again(const RunDirectory& run, const Config& config, const Dataset& test) {
  return evaluation_of(run, load_checkpoint(run.checkpoint()), config, test);
}

Evaluation evaluate_run(const RunDirectory& run, const Config& config, const Dataset& test) {
  const auto checkpoint = load_checkpoint(run.checkpoint());
  auto evaluation = evaluation_of(run, checkpoint, config, test);
  Json json = evaluation;
  json["behaviour"] = tree_of(behaviour_stage(checkpoint, test, config));
  json["weights_sha256"] = checkpoint.sha256;
  json["answers"] = Json{{"test_fingerprint", run.test_fingerprint()},
                         {"labels", test.labels},
                         {"predictions", evaluation.predictions}};
  run.write_evaluation(json);
  return evaluation;
}

Dataset test_of(const RunDirectory& run, const Config& config) {
  require_source(run, config);
  return acquire_test(config, load_checkpoint(run.checkpoint()).info.schema.class_names);
}

std::vector<Gate> check_run(const RunDirectory& run) {
  auto gates = judge(run.read_evaluation(), run.read_gates());
  run.write_checks(Json{{"gates", gates}});
  return gates;
}

std::vector<Gate> check_with(const RunDirectory& run, const std::filesystem::path& gates) {
  return judge(run.read_evaluation(),
               parse_gates(read_file(gates), run.read_config().preset, gates.string()));
}

std::string default_model_name(const Config& config) {
  const auto whole = (std::filesystem::path(config.data.source) / "").lexically_normal();
  const auto name = whole.parent_path().filename().string();  // with or without a slash at the end
  return config.data.source != "synthetic" && is_model_name(name) ? name : "digits";
}

void package_run(const RunDirectory& run, const Config& config, const Dataset& test,
                 const std::filesystem::path& folder, const std::string& name) {
  require_new(folder);
  const auto checkpoint = require_packageable(run, test);
  package_stage(run, checkpoint, config, test, folder, name);
}

int package_run(const RunDirectory& run, const Config& config, const Dataset& test,
                ModelFolder& model) {
  const auto checkpoint = require_packageable(run, test);
  return model.add(checkpoint.info.schema, [&](const std::filesystem::path& folder) {
    package_stage(run, checkpoint, config, test, folder, model.name());
  });
}

void report_run(const RunDirectory& run, const Config& config, const Dataset& test,
                const Evaluation& evaluation) {
  const auto checkpoint = load_checkpoint(run.checkpoint());
  RunReport report;
  report.evaluation = run.read_evaluation();
  require_weights(checkpoint, json_at<std::string>(report.evaluation, "/weights_sha256", "input"));
  report.name = run.name();
  report.config = run.read_config();
  report.data = run.read_data();
  report.checks = run.read_checks();
  report.history = run.read_history();
  report.scores = evaluation;
  report.training = training_charts(report.history);
  report.charts = evaluation_charts(evaluation, test.labels);
  const auto explain = subject_stage(checkpoint, config).integrated;
  report.mistakes =
      explained_pictures(evaluation, test, worst_mistakes(evaluation, test, kPictures), explain);
  report.unsure = explained_pictures(evaluation, test,
                                     least_confident_hits(evaluation, test, kPictures), explain);
  report.augmentation = read_file(run.augmentation());
  report.versions = versions();
  for (const auto* charts : {&report.training, &report.charts}) {
    for (const auto& [name, chart, caption] : *charts) run.write_figure(name, chart.text);
  }
  run.write_report(html::page(report_page(report)));
}

FinishedRun run_pipeline(const Config& asked, const std::filesystem::path& path,
                         const RunOptions& options) {
  const auto trained = train_run(asked, path, options);
  const auto config = trained.run.read_config();
  throw_if_interrupted("evaluation");
  auto evaluation = evaluate_run(trained.run, config, trained.test);
  auto gates = check_run(trained.run);
  report_run(trained.run, config, trained.test, evaluation);  // of a failure, too
  FinishedRun finished{trained.run, trained.history, std::move(evaluation), std::move(gates)};
  if (!may_be_packaged(finished.gates, undecided_policy(config))) return finished;
  throw_if_interrupted("packaging");
  if (options.resume && kind_of(trained.run.package() / "manifest.json") == PathKind::kFile) {
    require_packaged(trained.run, config);
  } else {
    package_run(trained.run, config, trained.test, trained.run.package(),
                default_model_name(config));
  }
  return finished;
}

}  // namespace digits
