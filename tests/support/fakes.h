// Classifiers with known behaviour, to test the checks.
#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "behaviour/classifier.h"

namespace digits {

// The class that `choose` names for an image, with certainty.
inline Classifier decided_by(std::function<int(const std::uint8_t* image)> choose) {
  return [=](const Dataset& set) {
    const auto classes = static_cast<std::size_t>(set.schema.classes());
    std::vector<double> probabilities(set.size() * classes, 0.0);
    for (std::size_t i = 0; i < set.size(); ++i) {
      probabilities[i * classes + static_cast<std::size_t>(choose(set.image(i)))] = 1.0;
    }
    return probabilities;
  };
}

// Gives the same answer for every image.
inline Classifier always(int label) {
  return decided_by([=](const std::uint8_t*) { return label; });
}

// Two classes; class 1 has the probability that `score` gives, in [0, 1].
inline Classifier scored_by(std::function<double(const std::uint8_t* image)> score) {
  return [=](const Dataset& set) {
    std::vector<double> probabilities;
    for (std::size_t i = 0; i < set.size(); ++i) {
      const double one = score(set.image(i));
      probabilities.insert(probabilities.end(), {1.0 - one, one});
    }
    return probabilities;
  };
}

}  // namespace digits
