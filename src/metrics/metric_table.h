// Lists the metrics of a whole set that get a bootstrap interval: one row each.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "metrics/calibration.h"
#include "metrics/classification.h"
#include "metrics/ranking.h"

namespace digits {

// Computed once from a model's probabilities; each resample weights it again.
struct Samples {
  const std::vector<std::uint8_t>& labels;       // [n]
  const std::vector<std::uint8_t>& predictions;  // [n]
  const std::vector<std::string>& class_names;
  std::vector<double> losses;           // [n], cross-entropy in nats
  std::vector<double> briers;           // [n], Brier scores
  std::vector<Confidence> confidences;  // [n]
  std::vector<Ranking> rankings;        // by class
};

// The samples under one weighting, and the intermediate results that several metrics need.
struct WeightedSamples {
  WeightedSamples(const Samples& all, const Weights& weights);

  const Samples& samples;
  const Weights& weights;
  std::vector<ClassMetrics> per_class;
  std::vector<double> roc_auc;            // by class; NaN where it is undefined
  std::vector<double> average_precision;  // likewise
};

struct Metric {
  const char* key;                          // in evaluation.json, and the name that a gate uses
  const char* title;                        // on the terminal and in the report
  double high;                              // upper end of its range; the lower is 0
  bool is_share;                            // the command line shows a percentage
  bool on_report;                           // among the report's headlines
  double (*value)(const WeightedSamples&);  // NaN where it is undefined
};

// To add a metric, add its row here and a gate to configs/gates.toml (docs/architecture.md has an
// example).
const std::vector<Metric>& metric_table();

}  // namespace digits
