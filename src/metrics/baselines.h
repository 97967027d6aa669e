// Measures two baselines that need no training, for comparison with the model.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/statistics.h"
#include "data/dataset.h"

namespace digits {

// A baseline's accuracy on a set, with its Wilson interval.
struct Baseline {
  std::string name;  // "majority_class" or "nearest_class_mean"
  Quantity accuracy;
};

// The most frequent class, the first one on a tie.
std::uint8_t majority_class(const Dataset& training);

// For each image of `set` the class whose mean training image is nearest by Euclidean distance over
// pixels, the first one on a tie: a linear classifier (Hastie, Tibshirani, Friedman, "The Elements
// of Statistical Learning", 2nd ed., section 4.3, equal spherical covariances). Classes without
// training images are never chosen. Both sets have one schema. The result does not depend on
// `threads`.
std::vector<std::uint8_t> nearest_class_mean(const Dataset& training, const Dataset& set,
                                             int threads);

// Both rules, fitted on `training`, measured on `test`.
std::vector<Baseline> evaluate_baselines(const Dataset& training, const Dataset& test, int threads);

// The model's accuracy minus a baseline's. The interval reaches from the nearest ends of the two
// intervals to the farthest, so that its low end is above 0 when they do not overlap. It is wider
// than the interval of a difference, so a positive lead is beyond doubt.
Quantity lead(const Quantity& model, const Quantity& baseline);

void to_json(Json& json, const Baseline& baseline);
void from_json(const Json& json, Baseline& baseline);

}  // namespace digits
