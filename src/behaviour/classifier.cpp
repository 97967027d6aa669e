#include "behaviour/classifier.h"

#include <algorithm>

#include "base/rng.h"

namespace digits {

Answers ask(const Classifier& classify, const Dataset& set) {
  const auto probabilities = classify(set);
  Answers answers;
  for (auto row = probabilities.begin(); row != probabilities.end(); row += set.schema.classes()) {
    const auto largest = std::max_element(row, row + set.schema.classes());
    answers.labels.push_back(static_cast<std::uint8_t>(largest - row));
    answers.probabilities.push_back(*largest);
  }
  return answers;
}

std::vector<double> label_probabilities(const Classifier& classify, const Dataset& set) {
  const auto probabilities = classify(set);
  const auto classes = static_cast<std::size_t>(set.schema.classes());
  std::vector<double> own;
  for (std::size_t i = 0; i < set.size(); ++i) {
    own.push_back(probabilities[i * classes + set.labels[i]]);
  }
  return own;
}

Dataset sample(const Dataset& set, std::size_t n, std::uint64_t seed) {
  if (n >= set.size()) return set;
  auto chosen = permutation(static_cast<std::uint32_t>(set.size()), seed, Stream::kPerturb);
  chosen.resize(n);
  std::sort(chosen.begin(), chosen.end());
  return subset(set, chosen);
}

}  // namespace digits
