// Measures class predictions: pure functions over labels, logits and predictions.
//
// Everywhere in src/metrics, logits and probabilities are [n * classes] row by row, labels and
// predictions [n] below `classes`. Unless stated otherwise, definitions are scikit-learn's, and
// agree with it to 1e-9 (tests/unit/metrics/reference_test.cpp).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/statistics.h"

namespace digits {

// How often each sample counts, as in a bootstrap resample; empty: once each.
using Weights = std::vector<std::uint32_t>;
inline std::uint32_t weight_of(const Weights& weights, std::size_t i) {
  return weights.empty() ? 1 : weights[i];
}

// Softmax of each row of `logits`, shifted by the row's maximum to avoid overflow. Rows sum to one.
std::vector<double> softmax_rows(const std::vector<float>& logits, std::size_t classes);

// The index of each row's largest value, the first one on a tie.
std::vector<std::uint8_t> argmax_rows(const std::vector<float>& logits, std::size_t classes);

// Cross-entropy of each sample in nats: -log softmax(logits)[label], by the log-sum-exp identity,
// so a confident mistake has a large but finite loss.
std::vector<double> cross_entropies(const std::vector<float>& logits,
                                    const std::vector<std::uint8_t>& labels, std::size_t classes);

// Their mean, the log loss; 0 for no samples.
double cross_entropy(const std::vector<float>& logits, const std::vector<std::uint8_t>& labels,
                     std::size_t classes);

// The share of labels among the `k` largest logits of their row. Of equal logits the first counts
// as the largest, as in argmax_rows, so k = 1 is the accuracy.
Quantity top_k_accuracy(const std::vector<float>& logits, const std::vector<std::uint8_t>& labels,
                        std::size_t classes, std::size_t k);

Quantity accuracy(const std::vector<std::uint8_t>& labels,
                  const std::vector<std::uint8_t>& predictions);

// counts[truth][prediction].
using ConfusionMatrix = std::vector<std::vector<std::size_t>>;
ConfusionMatrix confusion_matrix(const std::vector<std::uint8_t>& labels,
                                 const std::vector<std::uint8_t>& predictions, std::size_t classes,
                                 const Weights& weights = {});

// One class against the rest. A ratio with denominator 0 is 0 in [0, 1] with n = 0.
struct ClassMetrics {
  std::string name;
  Quantity precision;  // share of correct samples among those predicted as the class
  Quantity recall;     // share of the class's samples that are predicted as the class
  double f1 = 0.0;     // harmonic mean of precision and recall, 0 when both are 0
};
std::vector<ClassMetrics> class_metrics(const ConfusionMatrix& confusion,
                                        const std::vector<std::string>& names);

// Means over the classes that occur as label or prediction, each class with equal weight: Sokolova
// and Lapalme, "A systematic analysis of performance measures for classification tasks",
// Information Processing & Management 45 (2009). A ratio with denominator 0 counts as 0. (The micro
// averages of single-label classification are the accuracy.)
struct MacroMetrics {
  double precision = 0.0;
  double recall = 0.0;
  double f1 = 0.0;  // the mean of the classes' F1, not the harmonic mean of the above
};
MacroMetrics macro_metrics(const std::vector<ClassMetrics>& classes);

}  // namespace digits
