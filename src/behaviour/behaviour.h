// Measures the behaviour of a model: how its predictions change with changed images.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "base/json.h"
#include "behaviour/attribution.h"
#include "behaviour/classifier.h"
#include "behaviour/measurement.h"

namespace digits {

// Computes attributions of a model's answers: of the logit of each image's label.
using Explainer = std::function<Attributions(const Dataset& set)>;

// A model, with the parts that the measurements need.
struct ModelUnderTest {
  Classifier classify;
  Explainer gradient;    // gradient times input; may be empty
  Explainer integrated;  // integrated gradients; may be empty
};

struct BehaviourOptions {
  // Largest number of held-out images per invariance test. Tests of direction and confidence use
  // two thirds of it, tests that cost more per image a fifteenth, or more for images with fewer
  // pixels than 28x28. 1500 give intervals narrower than the bounds of configs/gates.toml require,
  // in some seconds on two cores.
  std::size_t images = 1500;
  bool digit_tests = true;  // also run the tests for digits 0 to 9, on synthetic digits
  std::uint64_t seed = 0;   // decides the sample of images and the random changes
  int threads = 1;          // for changing images; the result does not depend on it
};

// {"invariance": {"shift_1": {...}, ...}, ...}
Json tree_of(const std::vector<Measurement>& all);

// Measures the attributions that the model has, if any.
std::vector<Measurement> measure_attributions(const ModelUnderTest& model, const Dataset& set);

// Runs all measurements, in the order of the groups. Throws `interrupted`.
std::vector<Measurement> measure_behaviour(const ModelUnderTest& model, const Dataset& held_out,
                                           const BehaviourOptions& options);

}  // namespace digits
