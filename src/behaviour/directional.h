// Tests direction: a degradation must lower the probability of an image's class, and the loss of a
// stroke must raise the probability of the class that results.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "behaviour/classifier.h"
#include "behaviour/measurement.h"
#include "data/perturb.h"

namespace digits {

// A change at rising strengths.
struct Degradation {
  std::string name;
  std::vector<Perturbation> levels;
};

// noise        of rising deviation, one pattern per image
// occlusion    a square of paper of rising size
// blur         of rising width, in shares of the image's shorter side, or of 18 pixels if that is
//              less
std::vector<Degradation> degradations(const Schema& schema);

// From the unchanged images to the first level, and from each level to the next: the drop in the
// mean probability of the true class, from pairs of the same image.
std::vector<Quantity> drops(const Classifier& classify, const Dataset& set,
                            const std::vector<Perturbation>& levels, std::uint64_t seed,
                            int threads);

// The mean change in the probability of the class that results from the loss of a stroke.
struct ErasedPairs;
Quantity gain_by_erasure(const Classifier& classify, const ErasedPairs& pairs);

// One result per degradation: its smallest drop. `set` with its labels.
std::vector<Measurement> measure_degradations(const Classifier& classify, const Dataset& set,
                                              std::uint64_t seed, int threads);

// For models of digits only (can_draw): one result per erasure (synthetic/specimens.h) whose two
// digits the schema has, with `count` pairs each.
std::vector<Measurement> measure_erasures(const Classifier& classify, const Schema& schema,
                                          std::size_t count, std::uint64_t seed);

}  // namespace digits
