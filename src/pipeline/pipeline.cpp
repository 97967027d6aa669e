#include "pipeline/pipeline.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/error.h"
#include "base/files.h"
#include "base/interrupt.h"
#include "base/log.h"
#include "base/printable.h"
#include "inference/version.h"
#include "model/checkpoint.h"
#include "model/gradient_exchange.h"
#include "model/network.h"
#include "pipeline/numerics_stage.h"
#include "pipeline/report_page.h"
#include "pipeline/report_pictures.h"

namespace digits {

namespace {

constexpr std::size_t kPictures = 24;  // of mistakes, and of unsure right answers

// Throws checkpoint.changed unless the checkpoint has the weights with that hash. This detects
// mix-ups, not forgery.
void require_weights(const Checkpoint& checkpoint, const std::string& expected) {
  if (checkpoint.sha256 == expected) return;
  throw Error("checkpoint.changed",
              fmt::format("weights {}, expected {} as evaluated", checkpoint.sha256.substr(0, 12),
                          expected.substr(0, 12)),
              "evaluate the run again");
}

void warn_of_undecided(const RunDirectory& run, const std::vector<Gate>& gates) {
  std::vector<std::string> undecided;
  for (const auto& gate : gates) {
    if (gate.verdict == GateVerdict::kUndecided) undecided.push_back(gate.metric);
  }
  if (undecided.empty()) return;
  log_warning(fmt::format("gate.undecided: {} of {} gates: {} (hint: digits check {} says why)",
                          undecided.size(), gates.size(), fmt::join(undecided, ", "),
                          shell_word(run.path().string())));
}

// The checkpoint of a run that may be packaged: evaluated, and its gates passed.
Checkpoint packageable_checkpoint(const RunDirectory& run) {
  auto checkpoint = load_checkpoint(run.checkpoint());
  const auto evaluation = run.read_evaluation();
  require_weights(checkpoint, json_at<std::string>(evaluation, "/weights_sha256", "input"));
  const auto gates = check_run(run);
  require_packageable(gates, undecided_policy(run.read_config()));
  warn_of_undecided(run, gates);
  return checkpoint;
}

// package: into the run's folder, unless a gate failed, or the run was stopped after packaging.
void package_into_run(const FinishedRun& finished, const Dataset& test) {
  const auto& [run, lock, config] = finished.started;
  if (!may_be_packaged(finished.gates, undecided_policy(config))) return;
  throw_if_interrupted("packaging");
  if (kind_of(run.package() / "manifest.json") == PathKind::kFile) return;  // appears whole
  package_run(run, config, test, run.package(), default_model_name(config));
}

}  // namespace

FinishedRun run_pipeline(const Config& asked, const std::filesystem::path& path,
                         const RunOptions& options) {
  std::optional<StartedRun> started;
  if (options.resume) {
    started = open_stopped_run(path, asked);
  } else {
    require_startable(path, asked);
  }

  const auto sets = acquire(asked);                                    // 1. acquire
  const auto report = validate_stage(sets, asked, started);            // 2. validate
  const auto parts = split_stage(sets.train, asked, sets.validation);  // 3. split
  const auto fitted =
      started ? started->config : fit_stage(asked, parts.training, ranks_of(options.exchange));
  const auto [config, numerics] = check_training(fitted, make_network(parts.training, fitted));
  if (!started) started = create_run(path, config);
  const auto& run = started->run;
  run.write_numerics(numerics);
  if (report) describe_data(run, sets, parts, *report, config);
  auto history = train_stage(parts, config, run, options);  // 4. train
  if (options.train_only) return {std::move(*started), std::move(history)};

  throw_if_interrupted("evaluation");
  auto evaluation = evaluate_run(run, config, sets.test);  // 5. evaluate
  auto gates = check_run(run);                             // 6. check
  report_run(run, config, sets.test, evaluation, gates);   // 7. report
  FinishedRun finished{std::move(*started), std::move(history), std::move(evaluation),
                       std::move(gates)};
  package_into_run(finished, sets.test);  // 8. package
  return finished;
}

Evaluation evaluate_run(const RunDirectory& run, const Config& config, const Dataset& test) {
  const auto checkpoint = load_checkpoint(run.checkpoint());
  auto evaluation = evaluate_stage(checkpoint, test, config);
  evaluation.baselines = run.read_baselines();
  Json json = evaluation;
  json["shows_digits"] = config.evaluate.digit_tests;
  json["behaviour"] = tree_of(behaviour_stage(checkpoint, test, config));
  json["weights_sha256"] = checkpoint.sha256;
  json["answers"] = Json{{"test_fingerprint", run.fingerprint_of("test")},
                         {"labels", test.labels},
                         {"predictions", evaluation.predictions}};
  run.write_evaluation(json);
  return evaluation;
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
  const auto checkpoint = packageable_checkpoint(run);
  package_stage(run, checkpoint, config, test, folder, name);
}

int package_run(const RunDirectory& run, const Config& config, const Dataset& test,
                ModelFolder& model) {
  const auto checkpoint = packageable_checkpoint(run);
  return model.add(checkpoint.info.schema, [&](const std::filesystem::path& folder) {
    package_stage(run, checkpoint, config, test, folder, model.name());
  });
}

void report_run(const RunDirectory& run, const Config& config, const Dataset& test,
                const Evaluation& evaluation, const std::vector<Gate>& gates) {
  const auto checkpoint = load_checkpoint(run.checkpoint());
  RunReport report;
  report.weights_sha256 = json_at<std::string>(run.read_evaluation(), "/weights_sha256", "input");
  require_weights(checkpoint, report.weights_sha256);
  report.name = run.name();
  report.config = run.read_config();
  report.data = run.read_data();
  report.gates = gates;
  report.history = run.read_history();
  report.scores = evaluation;
  report.scores.baselines = run.read_baselines();
  report.training = training_charts(report.history);
  report.charts = evaluation_charts(evaluation, test.labels);
  if (!report.config.data.is_private) {
    const auto explain = model_under_test(checkpoint, config).integrated;
    report.mistakes =
        explained_pictures(evaluation, test, worst_mistakes(evaluation, test, kPictures), explain);
    report.unsure = explained_pictures(evaluation, test,
                                       least_confident_hits(evaluation, test, kPictures), explain);
  }
  report.augmentation = read_file(run.augmentation());
  report.versions = versions();
  for (const auto* charts : {&report.training, &report.charts}) {
    for (const auto& [name, chart, caption] : *charts) run.write_figure(name, chart.text);
  }
  run.write_report(html::page(report_page(report)));
}

void report_run(const RunDirectory& run, const Config& config, const Dataset& test) {
  const auto gates = check_run(run);
  report_run(run, config, test, evaluate_stage(load_checkpoint(run.checkpoint()), test, config),
             gates);
}

}  // namespace digits
