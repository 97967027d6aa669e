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
struct ModelUnderTest {
  Classifier classify;
  Explainer gradient;    // gradient times input; may be empty
  Explainer integrated;  // integrated gradients; may be empty
};

struct BehaviourOptions {
  // How many images of the held-out set are asked about invariance, at most. Questions of direction
  // and confidence take two thirds of that, those that cost more per image a fifteenth, or more of
  // images with fewer pixels than 28x28. 1500 give
  // intervals narrower than the bounds of configs/gates.toml ask for, in some seconds on two cores.
  std::size_t images = 1500;
  bool digit_tests = true;  // also run the tests for digits 0 to 9, on drawn ones
  std::uint64_t seed = 0;   // decides which images, and what is random in the changes
  int threads = 1;          // for changing images; the result does not depend on it
};

// Whether the explanations show what a person would look at, as far as there are any.
std::vector<Measurement> measure_attributions(const ModelUnderTest& subject, const Dataset& set);

// Everything, in the order of the groups. Throws `interrupted`.
std::vector<Measurement> measure_behaviour(const ModelUnderTest& subject, const Dataset& held_out,
                                           const BehaviourOptions& options);

}  // namespace digits
