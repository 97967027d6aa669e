// Runs `digits evaluate`: measures a run's checkpoint on a test set or on photos.
#include <fmt/format.h>

#include "base/error.h"
#include "base/printable.h"
#include "base/quantity_text.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/run_request.h"
#include "model/checkpoint.h"
#include "pipeline/evaluate_photos.h"
#include "pipeline/pipeline.h"
#include "pipeline/stages.h"

namespace digits {

namespace {

// Lists on stderr the unreadable pictures, which count as wrong.
void list_unread(const std::vector<UnreadablePicture>& unread) {
  std::vector<std::string> lines;
  for (const auto& [path, error] : unread) {
    lines.push_back(printable(fmt::format("{}: {}", error.code(), error.what())));
  }
  print_messages(lines);
}

Json photos_json(const std::string& folder, const PhotoEvaluation& result) {
  auto unread = Json::array();
  for (const auto& [path, error] : result.photos.unread) {
    unread.push_back(Json{{"path", path.string()}, {"error", error.code()}});
  }
  return Json{{"photos", folder},
              {"accuracy", result.accuracy},
              {"unread", unread},
              {"findings", result.photos.findings},
              {"read", result.read}};
}

void print_photos(const std::string& folder, const PhotoEvaluation& result) {
  const auto& photos = result.photos;
  print_pairs(
      {{"photos", folder},
       {"pictures", fmt::format("{}, of which {} could not be read and count as wrong",
                                photos.set.size() + photos.unread.size(), photos.unread.size())},
       {"accuracy", percent(result.accuracy)},
       {"of those read", percent(result.read.accuracy)}});
  if (!photos.findings.empty()) print_findings(photos.findings);
  print_evaluation(result.read);
}

int evaluate_on_photos(const ParsedOptions& parsed, const RunDirectory& run, const Config& config) {
  const auto folder = parsed.text("photos");
  const auto result = evaluate_photos(run, config, folder);
  parsed.has("json") ? print_json(photos_json(folder, result)) : print_photos(folder, result);
  list_unread(result.photos.unread);
  return kDone;
}

// On the test part of the set that `config` names, whose classes are the run's.
Evaluation evaluate_other_set(const RunDirectory& run, const Config& config) {
  const auto checkpoint = load_checkpoint(run.checkpoint());
  const auto test = acquire_test(config, checkpoint.info.schema.class_names);
  return evaluate_stage(checkpoint, test, config);
}

}  // namespace

int command_evaluate(const Arguments& arguments) {
  CommandOptions options(
      "evaluate",
      "Measures a run's checkpoint on the run's test set, and its behaviour on changed "
      "images, and writes evaluation.json into the run. With --data, it measures on the test part "
      "of another set, read like the run's set unless options change this; with --photos, on "
      "pictures that are read as predict reads them. Both only print metrics.",
      "RUN");
  options.add_set();
  options.text("photos", "a folder with a folder of pictures for each class, DIR/<class>/*.jpg",
               "DIR");
  options.add_digit_checks();
  options.add_machine();
  options.add_json();
  const auto parsed = options.parse(arguments);
  if (!parsed) return kDone;
  if (parsed->has("photos") && parsed->has("data")) {
    throw Error("usage.option", "both --data and --photos given, expected one of them",
                "digits evaluate RUN --photos DIR");
  }

  const auto run = RunDirectory::open(parsed->word("one run directory"));
  const auto config = resolve(config_from(*parsed, run.read_config()));
  if (parsed->has("photos")) return evaluate_on_photos(*parsed, run, config);
  const auto evaluation = parsed->has("data") ? evaluate_other_set(run, config)
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
