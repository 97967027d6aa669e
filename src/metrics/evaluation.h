// Evaluates a model on a labelled set: the content of evaluation.json.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/statistics.h"
#include "metrics/baselines.h"
#include "metrics/bootstrap.h"
#include "metrics/calibration.h"
#include "metrics/classification.h"
#include "metrics/fairness.h"
#include "metrics/metric_table.h"

namespace digits {

// The scores of one class, with bootstrap intervals.
struct ClassScores {
  Quantity f1;
  Quantity roc_auc;            // undefined without samples of the class, or of other classes
  Quantity average_precision;  // undefined without samples of the class
};

// A measured row of the metric table.
struct MeasuredMetric {
  Metric metric;
  Quantity quantity;
};

// Proportions have Wilson intervals, the others bootstrap intervals (bootstrap.h, also for
// undefined ones). Means over classes leave undefined ones out.
struct Evaluation {
  double loss = 0.0;  // cross-entropy, nats
  Quantity accuracy;
  std::vector<Quantity> top_k;  // for k = 1, 2, 3, up to the number of classes
  std::vector<ClassMetrics> per_class;
  std::vector<ClassScores> class_scores;  // in the same order
  ConfusionMatrix confusion;
  std::vector<MeasuredMetric> metrics;  // in the table's order
  std::vector<ReliabilityBin> reliability;

  // Per sample, for comparisons and pictures; not in the JSON.
  std::vector<std::uint8_t> predictions;  // [n]
  std::vector<double> probabilities;      // [n * classes]

  // Measured from the images (pipeline/stages.h); empty otherwise.
  Fairness fairness;
  std::vector<Baseline> baselines;
};

// Computes all but fairness and baselines. logits [n * classes], labels [n], one name per class.
// Throws checkpoint.not_finite for a logit that is NaN or infinite.
Evaluation evaluate_logits(const std::vector<float>& logits,
                           const std::vector<std::uint8_t>& labels,
                           const std::vector<std::string>& class_names,
                           const BootstrapOptions& options = {},
                           const std::vector<Metric>& table = metric_table());

void to_json(Json& json, const Evaluation& evaluation);

}  // namespace digits
