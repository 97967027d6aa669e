#include "metrics/metric_table.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "metrics/bootstrap.h"

namespace digits {

namespace {

double mean(const std::vector<double>& values, const Weights& weights) {
  double sum = 0.0;
  double count = 0.0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double weight = weight_of(weights, i);
    sum += weight * values[i];
    count += weight;
  }
  return sum / count;
}

// NaN when all values are.
double mean_of_defined(std::vector<double> values) {
  values.erase(std::remove_if(values.begin(), values.end(), [](double v) { return std::isnan(v); }),
               values.end());
  return values.empty() ? std::numeric_limits<double>::quiet_NaN() : mean(values, {});
}

double macro_precision(const WeightedSamples& of) { return macro_metrics(of.per_class).precision; }
double macro_recall(const WeightedSamples& of) { return macro_metrics(of.per_class).recall; }
double macro_f1(const WeightedSamples& of) { return macro_metrics(of.per_class).f1; }
double log_loss(const WeightedSamples& of) { return mean(of.samples.losses, of.weights); }
double brier(const WeightedSamples& of) { return mean(of.samples.briers, of.weights); }

double calibration(const WeightedSamples& of) {
  return calibration_error(reliability(of.samples.confidences, kReliabilityBins, of.weights));
}

double macro_roc_auc(const WeightedSamples& of) { return mean_of_defined(of.roc_auc); }

double macro_average_precision(const WeightedSamples& of) {
  return mean_of_defined(of.average_precision);
}

}  // namespace

WeightedSamples::WeightedSamples(const Samples& all, const Weights& weighting)
    : samples(all),
      weights(weighting),
      per_class(class_metrics(
          confusion_matrix(all.labels, all.predictions, all.class_names.size(), weighting),
          all.class_names)) {
  for (const auto& ranking : all.rankings) {
    const auto metrics = ranking_metrics(ranking, weighting);
    roc_auc.push_back(metrics.roc_auc);
    average_precision.push_back(metrics.average_precision);
  }
}

const std::vector<Metric>& metric_table() {
  static const std::vector<Metric> table{
      // key, title, high, is_share, on_report, value
      {"macro_precision", "macro precision", 1.0, true, false, macro_precision},
      {"macro_recall", "macro recall", 1.0, true, false, macro_recall},
      {"macro_f1", "macro F1", 1.0, true, true, macro_f1},
      {"log_loss", "log loss", kUnbounded, false, true, log_loss},
      {"brier", "Brier score", 2.0, false, false, brier},
      {"calibration_error", "calibration error", 1.0, false, true, calibration},
      {"macro_roc_auc", "macro ROC AUC", 1.0, false, false, macro_roc_auc},
      {"macro_average_precision", "macro average precision", 1.0, false, false,
       macro_average_precision},
  };
  return table;
}

}  // namespace digits
