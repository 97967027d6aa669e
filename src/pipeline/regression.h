// Compares one run with another on the same test set. No Torch in this header.
#pragma once

#include <string>
#include <vector>

#include "metrics/comparison.h"
#include "pipeline/run_directory.h"

namespace digits {

// The part of evaluation.json for comparisons: the run's answer to each image of its test set.
struct RunAnswers {
  std::string test_fingerprint;
  std::vector<std::string> class_names;
  std::vector<std::uint8_t> labels;
  std::vector<std::uint8_t> predictions;
};
// Throws as RunDirectory::read_evaluation, and input.malformed when the parts are inconsistent.
RunAnswers answers_of(const RunDirectory& run);

// Compares the run's predictions with the baseline's, image by image. Throws data.other_test_set
// when their test sets differ, and as RunDirectory::read_evaluation.
Comparison compare_runs(const RunDirectory& run, const RunDirectory& baseline);

// "accuracy -0.30 [-0.46, -0.14] points, n = 10000, p = 0.0003": each change that is worse.
std::vector<std::string> regressions_of(const Comparison& comparison);

// Throws gate.regression, with the differences, when the run is significantly worse.
void require_no_regression(const Comparison& comparison);

}  // namespace digits
