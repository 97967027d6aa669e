// Tests minimum functionality: clear digits must be right, and images of nothing must get no
// confident answer. Ribeiro et al., "Beyond accuracy: behavioral testing of NLP models with
// CheckList", ACL 2020.
#pragma once

#include <cstdint>
#include <vector>

#include "behaviour/classifier.h"
#include "behaviour/measurement.h"

namespace digits {

// The probability from which an answer counts as confident, and below which a careful user would
// abstain: all but 5 % of the right answers to `held_out` reach it, and it is at most 0.9. The
// first rule adapts to the model's own scale, since label smoothing keeps probabilities low; the
// second stops an overconfident model from raising the threshold.
double confidence_threshold(const Classifier& classify, const Dataset& held_out);

// Images of nothing: nine of a single grey from paper to ink; `count` of independent uniform
// pixels; and one for each image of `set`, with its pixels in random order, so with the same ink.
Dataset blank_images(const Schema& schema);
Dataset noise_images(const Schema& schema, std::size_t count, std::uint64_t seed);
Dataset scrambled_images(const Dataset& set, std::uint64_t seed);

// The share of images that get a confident answer.
Quantity confident_share(const Classifier& classify, const Dataset& set, double threshold);

std::vector<Measurement> measure_confidence(const Classifier& classify, const Dataset& held_out,
                                            std::uint64_t seed);

// The share of canonical digits (synthetic/specimens.h) that are right, for models of digits only.
Measurement measure_canonical_digits(const Classifier& classify, const Schema& schema);

}  // namespace digits
