// Compares the attributions of two models.
#pragma once

#include <vector>

#include "base/statistics.h"
#include "behaviour/attribution.h"
#include "data/dataset.h"

namespace digits {

// Spearman's rank correlation: Pearson's of the ranks, where equal values share the mean of theirs
// ("The proof and measurement of association between two things", American Journal of Psychology 15
// (1904)). In [-1, 1]; 0 where one side has no two different values. Sizes must be equal.
double rank_correlation(const std::vector<float>& a, const std::vector<float>& b);

// Mean rank correlation of two models' absolute attributions of the same images.
Quantity rank_agreement(const Dataset& set, const Attributions& a, const Attributions& b);

}  // namespace digits
