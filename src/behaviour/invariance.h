// Tests invariance: changes that a person would not notice must not change the answer.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "behaviour/classifier.h"
#include "behaviour/measurement.h"
#include "data/perturb.h"

namespace digits {

// Variants of an image with the same content. An image counts as flipped when any variant changes
// the answer: one direction of eight is enough.
struct Invariance {
  std::string name;
  std::vector<Perturbation> variants;
  double least_thickness = 0.0;  // pixels; images of thinner strokes are left out
};

// Distances are for an image whose shorter side has 28 pixels: at a side of 224, one is eight
// pixels.
// shift_1, shift_2   by one and two pixels, in the eight directions
// rotation           by 10 degrees, either way
// scale              to 90 % and 110 %
// brightness         a tenth of the range more and less
// contrast           70 % and 130 %
// thicker, thinner   strokes, by one pixel; thinner only for strokes at least two pixels wide; in
//                    whole pixels, and left out where this gives none (a shorter side below 14)
std::vector<Invariance> invariances(const Schema& schema);

// The share of images whose answer differs from their label under any of the variants. With the
// answers to the unchanged images as labels, this is the share that flips.
Quantity flips(const Classifier& classify, const Dataset& answered,
               const std::vector<Perturbation>& variants, int threads);

// A classifier that always gives the same answer passes: measure_canonical_digits detects it.
std::vector<Measurement> measure_invariance(const Classifier& classify, const Dataset& set,
                                            int threads);

}  // namespace digits
