#include "metrics/evaluation.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/error.h"
#include "metrics/ranking.h"

namespace digits {

namespace {

constexpr std::size_t kTopK = 3;

// What is computed once; every resample only weighs it anew.
struct Samples {
  const std::vector<std::uint8_t>& labels;
  const std::vector<std::uint8_t>& predictions;
  const std::vector<std::string>& class_names;
  std::vector<double> losses;
  std::vector<double> briers;
  std::vector<Confidence> confidences;
  std::vector<Ranking> rankings;  // per class
};

// NaN has no rank, and no number in JSON.
void require_finite(const std::vector<float>& logits) {
  const auto bad = std::find_if_not(logits.begin(), logits.end(),
                                    [](float logit) { return std::isfinite(logit); });
  if (bad == logits.end()) return;
  throw Error("checkpoint.not_finite",
              fmt::format("logit {} is {}, expected a number", bad - logits.begin(), *bad),
              "the weights are of no use: train again, with a lower learning rate");
}

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

// NaN when all are.
double mean_of_defined(std::vector<double> values) {
  values.erase(std::remove_if(values.begin(), values.end(), [](double v) { return std::isnan(v); }),
               values.end());
  return values.empty() ? std::numeric_limits<double>::quiet_NaN() : mean(values, {});
}

// Eight of the whole set, then F1, AUC and average precision of every class.
constexpr std::size_t kOverall = 8;
const std::vector<double> kHighs{1.0, 1.0, 1.0, kUnbounded, 2.0, 1.0, 1.0, 1.0};

std::vector<double> statistics(const Samples& samples, const Weights& weights) {
  const auto per_class = class_metrics(
      confusion_matrix(samples.labels, samples.predictions, samples.class_names.size(), weights),
      samples.class_names);
  std::vector<double> f1;
  f1.reserve(per_class.size());
  std::vector<double> auc;
  std::vector<double> precision;
  for (const auto& metrics : per_class) f1.push_back(metrics.f1);
  for (const auto& ranking : samples.rankings) {
    const auto metrics = ranking_metrics(ranking, weights);
    auc.push_back(metrics.roc_auc);
    precision.push_back(metrics.average_precision);
  }
  const auto macro = macro_metrics(per_class);
  const auto bins = reliability(samples.confidences, kReliabilityBins, weights);
  std::vector<double> all{macro.precision,
                          macro.recall,
                          macro.f1,
                          mean(samples.losses, weights),
                          mean(samples.briers, weights),
                          calibration_error(bins),
                          mean_of_defined(auc),
                          mean_of_defined(precision)};
  for (const auto* values : {&f1, &auc, &precision}) {
    all.insert(all.end(), values->begin(), values->end());
  }
  return all;
}

// In the order of statistics().
void assign(Evaluation& evaluation, const std::vector<Quantity>& quantities, std::size_t classes) {
  evaluation.macro_precision = quantities[0];
  evaluation.macro_recall = quantities[1];
  evaluation.macro_f1 = quantities[2];
  evaluation.log_loss = quantities[3];
  evaluation.brier = quantities[4];
  evaluation.calibration_error = quantities[5];
  evaluation.macro_roc_auc = quantities[6];
  evaluation.macro_average_precision = quantities[7];
  for (std::size_t k = 0; k < classes; ++k) {
    const auto* const of_class = &quantities[kOverall + k];
    evaluation.class_scores.push_back({of_class[0], of_class[classes], of_class[2 * classes]});
  }
}

}  // namespace

Evaluation evaluate_logits(const std::vector<float>& logits,
                           const std::vector<std::uint8_t>& labels,
                           const std::vector<std::string>& class_names,
                           const BootstrapOptions& options) {
  require_finite(logits);
  const auto classes = class_names.size();
  Evaluation evaluation;
  evaluation.loss = cross_entropy(logits, labels, classes);
  evaluation.probabilities = softmax_rows(logits, classes);
  evaluation.predictions = argmax_rows(logits, classes);
  evaluation.confusion = confusion_matrix(labels, evaluation.predictions, classes);
  evaluation.accuracy = accuracy(labels, evaluation.predictions);
  evaluation.per_class = class_metrics(evaluation.confusion, class_names);
  for (std::size_t k = 1; k <= std::min(kTopK, classes); ++k) {
    evaluation.top_k.push_back(top_k_accuracy(logits, labels, classes, k));
  }
  Samples samples{labels,
                  evaluation.predictions,
                  class_names,
                  cross_entropies(logits, labels, classes),
                  brier_scores(evaluation.probabilities, labels, classes),
                  confidences(evaluation.probabilities, labels, evaluation.predictions, classes),
                  {}};
  for (std::size_t k = 0; k < classes; ++k) {
    samples.rankings.push_back(rank_by_class(evaluation.probabilities, labels, classes, k));
  }
  evaluation.reliability = reliability(samples.confidences);
  auto highs = kHighs;
  highs.resize(kOverall + 3 * classes, 1.0);
  const auto statistic = [&](const Weights& weights) { return statistics(samples, weights); };
  assign(evaluation, bootstrap(labels.size(), highs, statistic, options), classes);
  return evaluation;
}

void to_json(Json& json, const Evaluation& evaluation) {
  json = Json{{"accuracy", evaluation.accuracy},
              {"loss", evaluation.loss},
              {"per_class", Json::array()},
              {"confusion", evaluation.confusion},
              {"top_k", evaluation.top_k},
              {"macro_precision", evaluation.macro_precision},
              {"macro_recall", evaluation.macro_recall},
              {"macro_f1", evaluation.macro_f1},
              {"log_loss", evaluation.log_loss},
              {"brier", evaluation.brier},
              {"calibration_error", evaluation.calibration_error},
              {"macro_roc_auc", evaluation.macro_roc_auc},
              {"macro_average_precision", evaluation.macro_average_precision},
              {"reliability", evaluation.reliability}};
  for (std::size_t k = 0; k < evaluation.per_class.size(); ++k) {
    const auto& metrics = evaluation.per_class[k];
    const auto& scores = evaluation.class_scores[k];
    json["per_class"].push_back(Json{{"class", metrics.name},
                                     {"precision", metrics.precision},
                                     {"recall", metrics.recall},
                                     {"f1", metrics.f1},
                                     {"f1_interval", scores.f1},
                                     {"roc_auc", scores.roc_auc},
                                     {"average_precision", scores.average_precision}});
  }
  if (!evaluation.fairness.groups.empty()) json["fairness"] = evaluation.fairness;
  for (Json baseline : evaluation.baselines) {
    baseline["lead"] = lead(evaluation.accuracy, baseline.at("accuracy").get<Quantity>());
    json["baselines"].push_back(baseline);
  }
}

}  // namespace digits
