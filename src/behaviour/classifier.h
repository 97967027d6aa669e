// Defines a model as a function: images in, probabilities out. No Torch, so that a test can pass a
// classifier with known behaviour.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "data/dataset.h"

namespace digits {

// Probabilities [n * classes], row by row, of the images of a set; it must not use the labels.
using Classifier = std::function<std::vector<double>(const Dataset& set)>;

// A classifier's answer to each image: the most probable class, the first on a tie, and its
// probability.
struct Answers {
  std::vector<std::uint8_t> labels;
  std::vector<double> probabilities;
};
Answers ask(const Classifier& classify, const Dataset& set);

// The probability of each image's own label.
std::vector<double> label_probabilities(const Classifier& classify, const Dataset& set);

// At most `n` samples of the set, in the set's order, chosen by the seed. It limits the cost of a
// test.
Dataset sample(const Dataset& set, std::size_t n, std::uint64_t seed);

}  // namespace digits
