// Compares two models on the same samples, and tests whether one is significantly worse. Pairing
// removes the variation of the samples, so that a difference of 0.3 points shows on 10,000 images.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/statistics.h"

namespace digits {

// The level of the regression gate: 1 % two-sided for the accuracy, and 1 % for the classes'
// recalls together, so that an equally good model is called worse once in a hundred times. The test
// does not model the training seed: scores vary between seeds with a standard deviation of some
// 1.15 (docs/performance.md), which makes it three times in a hundred.
constexpr double kRegressionAlpha = 0.02;

// Samples on which the two models differ; the others do not say which is better.
struct PairedCounts {
  std::size_t n = 0;       // all samples
  std::size_t lost = 0;    // right by the baseline, wrong by the candidate
  std::size_t gained = 0;  // wrong by the baseline, right by the candidate
};

// McNemar's test, "Note on the sampling error of the difference between correlated proportions or
// percentages", Psychometrika 12 (1947), in its exact form for any number of pairs: two-sided
// binomial probability of a split at least as uneven, 1 without discordant pairs. The exact test is
// conservative (Fagerland, Lydersen, Laake, "The McNemar test for binary matched-pairs data: mid-p
// and asymptotic are better than exact conditional", BMC Medical Research Methodology 13, 2013).
// This suits a gate: trainings differ by seed somewhat more than the test assumes.
double mcnemar_p(const PairedCounts& counts);

// (gained - lost) / n with the adjusted Wald interval: Agresti and Min, "Simple improved confidence
// intervals for comparing matched proportions", Statistics in Medicine 24 (2005). n = 0: 0 in
// [-1, 1].
Quantity paired_difference(const PairedCounts& counts);

// p-values adjusted so that comparing each with alpha makes any error with probability at most
// alpha: Holm, "A simple sequentially rejective multiple test procedure", Scandinavian Journal of
// Statistics 6 (1979).
std::vector<double> holm(const std::vector<double>& p);

// Candidate minus baseline over all samples, or over one class's samples.
struct Change {
  std::string name;     // "accuracy", or the class
  Quantity difference;  // candidate - baseline, of accuracy or of the class's recall
  PairedCounts counts;
  double p = 1.0;      // two-sided; over the classes adjusted by Holm
  bool worse = false;  // difference below 0 and p below kRegressionAlpha / 2
};

struct Comparison {
  Change accuracy;
  std::vector<Change> recalls;  // in class order
  bool worse = false;           // any of them
};

// Labels and both predictions [n], in the same order; `class_names` in label order. Throws
// data.count_mismatch when their counts differ.
Comparison compare_predictions(const std::vector<std::uint8_t>& labels,
                               const std::vector<std::uint8_t>& baseline,
                               const std::vector<std::uint8_t>& candidate,
                               const std::vector<std::string>& class_names);

void to_json(Json& json, const Change& change);
void to_json(Json& json, const Comparison& comparison);

}  // namespace digits
