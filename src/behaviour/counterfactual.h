// Searches counterfactuals: the smallest square that, when hidden, changes the answer; and compares
// its place with the ink.
#pragma once

#include <cstddef>
#include <vector>

#include "behaviour/classifier.h"
#include "behaviour/measurement.h"

namespace digits {

// For one image, the smallest square that, turned to mid-grey, flips the answer. Grey is neither
// ink nor paper, so a square changes the image anywhere; squares of paper could flip an answer only
// on ink, for any model.
struct Counterfactual {
  bool found = false;   // false: no square of up to half the shorter side flips it
  int side = 0;         // pixels
  double on_ink = 0.0;  // mean share on or beside ink of the flipping squares of that side
  double chance = 0.0;  // the same of all tested squares of that side
};

// One result per image. Sides rise from a seventh to a half of the image's shorter side, in steps
// of a fourteenth; positions in steps of half a side.
std::vector<Counterfactual> counterfactuals(const Classifier& classify, const Dataset& set);

// Ink overlap of the flipping squares minus that of all squares: about 0 for a model that looks
// anywhere, negative for a model that avoids the ink. Images without a flipping square are left
// out.
Measurement measure_counterfactuals(const Classifier& classify, const Dataset& set);

}  // namespace digits
