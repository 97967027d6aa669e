#include "metrics/classification.h"

#include <algorithm>
#include <cmath>
#include <numeric>

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

std::vector<double> cross_entropies(const std::vector<float>& logits,
                                    const std::vector<std::uint8_t>& labels, std::size_t classes) {
  std::vector<double> losses;
  losses.reserve(labels.size());
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const float* row = &logits[i * classes];
    losses.push_back(log_sum_exp(row, classes) - double{row[labels[i]]});
  }
  return losses;
}

double cross_entropy(const std::vector<float>& logits, const std::vector<std::uint8_t>& labels,
                     std::size_t classes) {
  if (labels.empty()) return 0.0;
  const auto losses = cross_entropies(logits, labels, classes);
  return std::accumulate(losses.begin(), losses.end(), 0.0) / static_cast<double>(losses.size());
}

Quantity top_k_accuracy(const std::vector<float>& logits, const std::vector<std::uint8_t>& labels,
                        std::size_t classes, std::size_t k) {
  std::size_t hits = 0;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const float* row = &logits[i * classes];
    const float truth = row[labels[i]];
    std::size_t before = 0;  // classes that rank above the label
    for (std::size_t other = 0; other < classes; ++other) {
      if (row[other] > truth || (row[other] == truth && other < labels[i])) ++before;
    }
    if (before < k) ++hits;
  }
  return proportion(hits, labels.size());
}

Quantity accuracy(const std::vector<std::uint8_t>& labels,
                  const std::vector<std::uint8_t>& predictions) {
  std::size_t correct = 0;
  for (std::size_t i = 0; i < labels.size(); ++i) correct += labels[i] == predictions.at(i) ? 1 : 0;
  return proportion(correct, labels.size());
}

ConfusionMatrix confusion_matrix(const std::vector<std::uint8_t>& labels,
                                 const std::vector<std::uint8_t>& predictions, std::size_t classes,
                                 const Weights& weights) {
  ConfusionMatrix counts(classes, std::vector<std::size_t>(classes, 0));
  for (std::size_t i = 0; i < labels.size(); ++i) {
    counts.at(labels[i]).at(predictions.at(i)) += weight_of(weights, i);
  }
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

MacroMetrics macro_metrics(const std::vector<ClassMetrics>& classes) {
  MacroMetrics sum;
  double count = 0.0;
  for (const auto& metrics : classes) {
    if (metrics.precision.n + metrics.recall.n == 0) continue;
    sum.precision += metrics.precision.value;
    sum.recall += metrics.recall.value;
    sum.f1 += metrics.f1;
    count += 1.0;
  }
  if (count == 0.0) return sum;
  return {sum.precision / count, sum.recall / count, sum.f1 / count};
}

}  // namespace digits
