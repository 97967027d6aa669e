// How good predictions are: pure functions over logits and labels. No Torch in this header.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/statistics.h"

namespace digits {

// Softmax of each row of `logits` [n * classes], shifted by the row's maximum so that it never
// overflows. Rows sum to one.
std::vector<double> softmax_rows(const std::vector<float>& logits, std::size_t classes);

// The index of each row's largest value, the first one on a tie.
std::vector<std::uint8_t> argmax_rows(const std::vector<float>& logits, std::size_t classes);

// Mean cross-entropy in nats: -log softmax(logits)[label], by the log-sum-exp identity, so a
// confident mistake costs much but never infinity. 0 for no samples.
double cross_entropy(const std::vector<float>& logits, const std::vector<std::uint8_t>& labels,
                     std::size_t classes);

// counts[truth][prediction].
using ConfusionMatrix = std::vector<std::vector<std::size_t>>;
ConfusionMatrix confusion_matrix(const std::vector<std::uint8_t>& labels,
                                 const std::vector<std::uint8_t>& predictions, std::size_t classes);

// One class against the rest. A ratio with nothing below the line is 0 in [0, 1] with n = 0; f1 is
// the harmonic mean of precision and recall, 0 when both are.
struct ClassMetrics {
  std::string name;
  Quantity precision;  // of those predicted as the class, the share that is
  Quantity recall;     // of those that are the class, the share predicted so
  double f1 = 0.0;
};
std::vector<ClassMetrics> class_metrics(const ConfusionMatrix& confusion,
                                        const std::vector<std::string>& names);

struct Evaluation {
  double loss = 0.0;  // cross-entropy, nats
  Quantity accuracy;
  std::vector<ClassMetrics> per_class;
  ConfusionMatrix confusion;
};

// All of the above. logits [n * classes], labels [n], one name per class.
Evaluation evaluate_logits(const std::vector<float>& logits,
                           const std::vector<std::uint8_t>& labels,
                           const std::vector<std::string>& class_names);

void to_json(Json& json, const ClassMetrics& metrics);
void to_json(Json& json, const Evaluation& evaluation);

}  // namespace digits
