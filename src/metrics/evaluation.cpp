#include "metrics/evaluation.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"

namespace digits {

namespace {

constexpr std::size_t kTopK = 3;

// NaN has no rank, and no number in JSON.
void require_finite(const std::vector<float>& logits) {
  const auto bad = std::find_if_not(logits.begin(), logits.end(),
                                    [](float logit) { return std::isfinite(logit); });
  if (bad == logits.end()) return;
  throw Error("checkpoint.not_finite",
              fmt::format("logit {} is {}, expected a number", bad - logits.begin(), *bad),
              "the weights are unusable: train again with a lower learning rate");
}

// The table's metrics, then F1, AUC and average precision of every class.
std::vector<double> statistics(const WeightedSamples& weighted, const std::vector<Metric>& table) {
  std::vector<double> all;
  all.reserve(table.size() + 3 * weighted.per_class.size());
  for (const auto& metric : table) all.push_back(metric.value(weighted));
  for (const auto& metrics : weighted.per_class) all.push_back(metrics.f1);
  for (const auto* values : {&weighted.roc_auc, &weighted.average_precision}) {
    all.insert(all.end(), values->begin(), values->end());
  }
  return all;
}

std::vector<double> highs_of(const std::vector<Metric>& table, std::size_t classes) {
  std::vector<double> highs;
  highs.reserve(table.size() + 3 * classes);
  for (const auto& metric : table) highs.push_back(metric.high);
  highs.resize(table.size() + 3 * classes, 1.0);
  return highs;
}

// In the order of statistics().
void assign(Evaluation& evaluation, const std::vector<Quantity>& quantities,
            const std::vector<Metric>& table, std::size_t classes) {
  for (std::size_t i = 0; i < table.size(); ++i) {
    evaluation.metrics.push_back({table[i], quantities[i]});
  }
  for (std::size_t k = 0; k < classes; ++k) {
    const auto* const of_class = &quantities[table.size() + k];
    evaluation.class_scores.push_back({of_class[0], of_class[classes], of_class[2 * classes]});
  }
}

}  // namespace

Evaluation evaluate_logits(const std::vector<float>& logits,
                           const std::vector<std::uint8_t>& labels,
                           const std::vector<std::string>& class_names,
                           const BootstrapOptions& options, const std::vector<Metric>& table) {
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
  const auto statistic = [&](const Weights& weights) {
    return statistics(WeightedSamples(samples, weights), table);
  };
  const auto quantities = bootstrap(labels.size(), highs_of(table, classes), statistic, options);
  assign(evaluation, quantities, table, classes);
  return evaluation;
}

void to_json(Json& json, const Evaluation& evaluation) {
  json = Json{{"accuracy", evaluation.accuracy},
              {"loss", evaluation.loss},
              {"per_class", Json::array()},
              {"confusion", evaluation.confusion},
              {"top_k", evaluation.top_k}};
  for (const auto& [metric, quantity] : evaluation.metrics) json[metric.key] = quantity;
  json["reliability"] = evaluation.reliability;
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
