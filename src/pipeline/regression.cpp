#include "pipeline/regression.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/error.h"
#include "base/quantity_text.h"

namespace digits {

RunAnswers answers_of(const RunDirectory& run) {
  const auto evaluation = run.read_evaluation();
  RunAnswers answers;
  answers.test_fingerprint = json_at<std::string>(evaluation, "/answers/test_fingerprint", "input");
  answers.labels = json_at<std::vector<std::uint8_t>>(evaluation, "/answers/labels", "input");
  answers.predictions =
      json_at<std::vector<std::uint8_t>>(evaluation, "/answers/predictions", "input");
  for (const auto& metrics : json_at<Json>(evaluation, "/per_class", "input")) {
    answers.class_names.push_back(json_at<std::string>(metrics, "/class", "input"));
  }
  const auto is_class = [&](std::uint8_t label) { return label < answers.class_names.size(); };
  if (answers.labels.size() == answers.predictions.size() &&
      std::all_of(answers.labels.begin(), answers.labels.end(), is_class)) {
    return answers;
  }
  throw Error("input.malformed",
              fmt::format("{}: {} labels and {} predictions, expected as many, of {} classes",
                          run.evaluation().string(), answers.labels.size(),
                          answers.predictions.size(), answers.class_names.size()),
              "the file was edited or damaged: evaluate the run again");
}

Comparison compare_runs(const RunDirectory& run, const RunDirectory& baseline) {
  const auto candidate = answers_of(run);
  const auto before = answers_of(baseline);
  if (candidate.test_fingerprint != before.test_fingerprint || candidate.labels != before.labels) {
    throw Error("data.other_test_set",
                fmt::format("{}: test set with fingerprint {}, expected {} as in {}",
                            baseline.path().string(), before.test_fingerprint.substr(0, 12),
                            candidate.test_fingerprint.substr(0, 12), run.path().string()),
                "compare runs on the same data");
  }
  return compare_predictions(candidate.labels, before.predictions, candidate.predictions,
                             candidate.class_names);
}

std::vector<std::string> regressions_of(const Comparison& comparison) {
  std::vector<std::string> texts;
  const auto add = [&](const std::string& what, const Change& change) {
    if (!change.worse) return;
    texts.push_back(fmt::format("{} {} points, n = {}, p = {:.2g}", what, points(change.difference),
                                change.difference.n, change.p));
  };
  add("accuracy", comparison.accuracy);
  for (const auto& recall : comparison.recalls) add("recall of " + recall.name, recall);
  return texts;
}

void require_no_regression(const Comparison& comparison) {
  if (!comparison.worse) return;
  throw Error("gate.regression",
              fmt::format("worse than the baseline: {}; expected no significant loss",
                          fmt::join(regressions_of(comparison), "; ")),
              "the table of `digits check` shows each class: check the classes that lost");
}

}  // namespace digits
