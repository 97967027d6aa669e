// Invariance: changes that a person would not notice must not change the answer.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "behaviour/classifier.h"
#include "behaviour/measurement.h"
#include "data/perturb.h"

namespace digits {

// Variants of an image that show the same. An image counts as flipped when any of them changes the
// answer: one direction of eight is enough.
struct Invariance {
  std::string name;
  std::vector<Perturbation> variants;
  double least_thickness = 0.0;  // pixels; images of thinner strokes are left out
};

// Pixels are those of an image whose shorter side has 28: at a side of 224, one is eight pixels.
// shift_1, shift_2   by one and two pixels, in the eight directions
// rotation           by 10 degrees, either way
// scale              to 90 % and 110 %
// brightness         a tenth of the range more and less
// contrast           70 % and 130 %
// thicker, thinner   strokes, by one pixel; thinner only where two are left; in whole pixels, and
//                    left out where that gives none (a shorter side below 14)
std::vector<Invariance> invariances(const Schema& schema);

// The share of images whose answer differs from their label under any of the variants: how many
// flip, where the labels are the answers to the images as they are.
Quantity flips(const Classifier& classify, const Dataset& answered,
               const std::vector<Perturbation>& variants, int threads);

// A classifier that always gives the same answer passes: it is for canonical digits to fail it.
std::vector<Measurement> measure_invariance(const Classifier& classify, const Dataset& set,
                                            int threads);

}  // namespace digits
