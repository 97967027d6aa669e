// One run against another on the same test set. No Torch in this header.
#pragma once

#include <string>
#include <vector>

#include "metrics/comparison.h"
#include "pipeline/run_directory.h"

namespace digits {

// What evaluation.json keeps for comparisons: the run's answer to each image of its test set.
struct RunAnswers {
  std::string test_fingerprint;
  std::vector<std::string> class_names;
  std::vector<std::uint8_t> labels;
  std::vector<std::uint8_t> predictions;
};
// Throws as RunDirectory::read_evaluation, and input.malformed when they do not fit together.
RunAnswers answers_of(const RunDirectory& run);

// The run's predictions against the baseline's, image by image. Throws data.other_test_set when
// they were not evaluated on the same one, and as RunDirectory::read_evaluation.
Comparison compare_runs(const RunDirectory& run, const RunDirectory& baseline);

// "accuracy -0.30 points [-0.46, -0.14], p = 0.0003": each change that is worse.
std::vector<std::string> regressions_of(const Comparison& comparison);

// Throws gate.regression, saying by how much, when the run is worse by more than chance explains.
void require_no_regression(const Comparison& comparison);

}  // namespace digits
