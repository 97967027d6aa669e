// Counterfactuals: what is the least that must be hidden for the answer to change, and is it what a
// person would have hidden?
#pragma once

#include <cstddef>
#include <vector>

#include "behaviour/classifier.h"
#include "behaviour/measurement.h"

namespace digits {

// Of one image, the smallest square that, turned to mid-grey, flips the answer. Grey is neither ink
// nor paper, so that a square changes the image wherever it lies: squares of paper could flip an
// answer only where there is ink, for any model.
struct Counterfactual {
  bool found = false;   // false: no square of up to half the shorter side flips it
  int side = 0;         // pixels
  double on_ink = 0.0;  // of the squares of that side that flip it: mean share on or beside ink
  double chance = 0.0;  // of all squares of that side that were tried
};

// For each image. Sides rise from a seventh to a half of the image's shorter side, in fourteenths;
// positions by half a side.
std::vector<Counterfactual> counterfactuals(const Classifier& classify, const Dataset& set);

// Ink overlap of the flipping squares minus that of all squares: about 0 for a model
// that looks anywhere, negative for one that looks elsewhere. Images that nothing flips are left
// out.
Quantity excess_on_ink(const std::vector<Counterfactual>& found);

Measurement measure_counterfactuals(const Classifier& classify, const Dataset& set);

}  // namespace digits
