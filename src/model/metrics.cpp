#include "model/metrics.h"

#include <algorithm>
#include <cmath>

namespace digits {

namespace {

// log(sum(exp(row))), shifted by the maximum.
double log_sum_exp(const float* row, std::size_t classes) {
  const double largest = *std::max_element(row, row + classes);
  double sum = 0.0;
  for (std::size_t k = 0; k < classes; ++k) sum += std::exp(double{row[k]} - largest);
  return largest + std::log(sum);
}

}  // namespace

std::vector<double> softmax_rows(const std::vector<float>& logits, std::size_t classes) {
  std::vector<double> probabilities;
  probabilities.reserve(logits.size());
  for (std::size_t begin = 0; begin < logits.size(); begin += classes) {
    const double normaliser = log_sum_exp(&logits[begin], classes);
    for (std::size_t k = 0; k < classes; ++k) {
      probabilities.push_back(std::exp(double{logits[begin + k]} - normaliser));
    }
  }
  return probabilities;
}

std::vector<std::uint8_t> argmax_rows(const std::vector<float>& logits, std::size_t classes) {
  std::vector<std::uint8_t> indices;
  indices.reserve(logits.size() / classes);
  for (auto row = logits.begin(); row != logits.end();
       row += static_cast<std::ptrdiff_t>(classes)) {
    const auto largest = std::max_element(row, row + static_cast<std::ptrdiff_t>(classes));
    indices.push_back(static_cast<std::uint8_t>(largest - row));
  }
  return indices;
}

double cross_entropy(const std::vector<float>& logits, const std::vector<std::uint8_t>& labels,
                     std::size_t classes) {
  if (labels.empty()) return 0.0;
  double sum = 0.0;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const float* row = &logits[i * classes];
    sum += log_sum_exp(row, classes) - double{row[labels[i]]};
  }
  return sum / static_cast<double>(labels.size());
}

ConfusionMatrix confusion_matrix(const std::vector<std::uint8_t>& labels,
                                 const std::vector<std::uint8_t>& predictions,
                                 std::size_t classes) {
  ConfusionMatrix counts(classes, std::vector<std::size_t>(classes, 0));
  for (std::size_t i = 0; i < labels.size(); ++i) ++counts.at(labels[i]).at(predictions.at(i));
  return counts;
}

std::vector<ClassMetrics> class_metrics(const ConfusionMatrix& confusion,
                                        const std::vector<std::string>& names) {
  std::vector<ClassMetrics> all;
  for (std::size_t k = 0; k < confusion.size(); ++k) {
    std::size_t actual = 0;
    std::size_t predicted = 0;
    for (std::size_t other = 0; other < confusion.size(); ++other) {
      actual += confusion[k][other];
      predicted += confusion[other][k];
    }
    ClassMetrics metrics;
    metrics.name = names.at(k);
    metrics.precision = proportion(confusion[k][k], predicted);
    metrics.recall = proportion(confusion[k][k], actual);
    const double both = metrics.precision.value + metrics.recall.value;
    metrics.f1 = both > 0.0 ? 2.0 * metrics.precision.value * metrics.recall.value / both : 0.0;
    all.push_back(metrics);
  }
  return all;
}

Evaluation evaluate_logits(const std::vector<float>& logits,
                           const std::vector<std::uint8_t>& labels,
                           const std::vector<std::string>& class_names) {
  const auto classes = class_names.size();
  Evaluation evaluation;
  evaluation.loss = cross_entropy(logits, labels, classes);
  evaluation.confusion = confusion_matrix(labels, argmax_rows(logits, classes), classes);
  std::size_t correct = 0;
  for (std::size_t k = 0; k < classes; ++k) correct += evaluation.confusion[k][k];
  evaluation.accuracy = proportion(correct, labels.size());
  evaluation.per_class = class_metrics(evaluation.confusion, class_names);
  return evaluation;
}

void to_json(Json& json, const ClassMetrics& metrics) {
  json = Json{{"class", metrics.name},
              {"precision", metrics.precision},
              {"recall", metrics.recall},
              {"f1", metrics.f1}};
}

void to_json(Json& json, const Evaluation& evaluation) {
  json = Json{{"accuracy", evaluation.accuracy},
              {"loss", evaluation.loss},
              {"per_class", evaluation.per_class},
              {"confusion", evaluation.confusion}};
}

}  // namespace digits
