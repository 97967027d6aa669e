// Whether attributions, however they were computed, show what a person would look at.
#pragma once

#include <vector>

#include "behaviour/measurement.h"
#include "data/dataset.h"

namespace digits {

// Of the images of a set: how much each pixel adds to the logit of the image's label.
struct Attributions {
  std::vector<float> maps;         // [n * rows * cols]
  std::vector<float> differences;  // [n] by how much the logit differs from the baseline's
};

// By how much more of the attributions' absolute mass lies on or beside ink than if they were
// shuffled over the image's pixels: mean over the images.
Quantity excess_on_ink(const Dataset& set, const Attributions& attributions);

// How far the attributions' sum is from the difference that they should add up to, relative to it:
// mean over the images. Differences below 1 count as 1.
Quantity completeness_error(const Attributions& attributions);

// Mean rank correlation of two models' absolute attributions of the same images.
Quantity rank_agreement(const Dataset& set, const Attributions& a, const Attributions& b);

}  // namespace digits
