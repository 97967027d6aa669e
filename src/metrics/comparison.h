// Two models on the same samples: whether one is worse by more than chance explains, and by how
// much. Pairing removes what the samples have in common, so that 0.3 points show on 10,000 images.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/statistics.h"

namespace digits {

// The level of the regression gate: 1 % two-sided for the accuracy, and 1 % for the classes'
// recalls together, so that a model as good is called worse once in a hundred times. That leaves
// room for what the test does not assume: trainings differ by seed, too, with a standard deviation
// of the score of some 1.15 (docs/performance.md), which makes it three times in a hundred.
constexpr double kRegressionAlpha = 0.02;

// Samples on which the two differ; the others say nothing about which is better.
struct PairedCounts {
  std::size_t n = 0;       // all samples
  std::size_t lost = 0;    // right by the baseline, wrong by the candidate
  std::size_t gained = 0;  // the other way round
};

// McNemar's test, "Note on the sampling error of the difference between correlated proportions or
// percentages", Psychometrika 12 (1947), in its exact form for any number of pairs: two-sided
// binomial probability of a split as uneven, 1 without discordant pairs. Exact is conservative
// (Fagerland, Lydersen, Laake, "The McNemar test for binary matched-pairs data: mid-p and
// asymptotic are better than exact conditional", BMC Medical Research Methodology 13, 2013). That
// suits a gate: trainings differ by seed somewhat more than the test assumes.
double mcnemar_p(const PairedCounts& counts);

// (gained - lost) / n with the adjusted Wald interval: Agresti and Min, "Simple improved confidence
// intervals for comparing matched proportions", Statistics in Medicine 24 (2005). n = 0: 0 in
// [-1, 1].
Quantity paired_difference(const PairedCounts& counts);

// p-values adjusted so that comparing each with alpha errs at all with probability alpha at most:
// Holm, "A simple sequentially rejective multiple test procedure", Scandinavian Journal of
// Statistics 6 (1979).
std::vector<double> holm(const std::vector<double>& p);

// Candidate against baseline over all samples, or those of one class.
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
// data.count_mismatch when they are not equally many.
Comparison compare_predictions(const std::vector<std::uint8_t>& labels,
                               const std::vector<std::uint8_t>& baseline,
                               const std::vector<std::uint8_t>& candidate,
                               const std::vector<std::string>& class_names);

void to_json(Json& json, const Change& change);
void to_json(Json& json, const Comparison& comparison);

}  // namespace digits
