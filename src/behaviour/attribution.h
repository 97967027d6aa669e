// Tests whether a model's attributions lie on the ink.
#pragma once

#include <vector>

#include "behaviour/measurement.h"
#include "data/dataset.h"

namespace digits {

// For each image of a set: how much each pixel adds to the logit of the image's label.
struct Attributions {
  std::vector<float> maps;         // [n * rows * cols]
  std::vector<float> differences;  // [n] the logit minus the baseline's logit
};

// The share of the attributions' absolute mass on or beside ink, minus the share expected if they
// were shuffled over the image's pixels: mean over the images.
Quantity excess_on_ink(const Dataset& set, const Attributions& attributions);

// The relative error of the attributions' sum against the difference of logits that it should
// equal: mean over the images. Differences below 1 count as 1.
Quantity completeness_error(const Attributions& attributions);

}  // namespace digits
