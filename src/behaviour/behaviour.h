// All that is measured of how a model behaves.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "behaviour/attribution.h"
#include "behaviour/classifier.h"
#include "behaviour/measurement.h"

namespace digits {

// Attributions of a model's answers: of the logit of each image's label.
using Explainer = std::function<Attributions(const Dataset& set)>;

// A model, with as much of it as the measurements need.
struct Subject {
  Classifier classify;
  Explainer gradient;    // gradient times input; may be empty
  Explainer integrated;  // integrated gradients; may be empty
};

// How many images each kind of measurement takes from the held-out set, at most: enough for
// intervals narrower than the bounds ask for, few enough for the whole to take some ten seconds on
// two cores.
struct BehaviourOptions {
  std::size_t invariance = 1500;
  std::size_t directional = 1000;
  std::size_t erased_pairs = 100;
  std::size_t confidence = 1000;
  std::size_t counterfactuals = 100;
  std::size_t attributions = 100;
  bool digits = true;      // the classes are the ten digits: ask about synthetic ones, too
  std::uint64_t seed = 0;  // decides which images, and what is random in the changes
  int threads = 1;         // for changing images; the result does not depend on it
};

// Everything, in the order of the groups. Throws `interrupted`.
std::vector<Measurement> measure_behaviour(const Subject& subject, const Dataset& held_out,
                                           const BehaviourOptions& options);

}  // namespace digits
