// Minimum functionality: what nobody could mistake is right, and what shows nothing gets no
// confident answer. Ribeiro et al., "Beyond accuracy: behavioral testing of NLP models with
// CheckList", ACL 2020.
#pragma once

#include <cstdint>
#include <vector>

#include "behaviour/classifier.h"
#include "behaviour/measurement.h"

namespace digits {

// The probability from which an answer counts as confident, and below which a careful user would
// abstain: what all but `share` of the right answers to `held_out` reach, and 0.9 at the most. The
// first makes it the model's own scale, for one trained with label smoothing is never sure; the
// second keeps a model that is sure of everything from setting its own standard.
double confidence_threshold(const Classifier& classify, const Dataset& held_out,
                            double share = 0.05);

// Images that show nothing: of one grey from paper to ink, nine of them; of independent uniform
// pixels; and of the pixels of images of a set in random order, with as much ink as those.
Dataset blank_images(const Schema& schema);
Dataset noise_images(const Schema& schema, std::size_t count, std::uint64_t seed);
Dataset scrambled_images(const Dataset& set, std::uint64_t seed);

// The share of images that get a confident answer.
Quantity confident_share(const Classifier& classify, const Dataset& set, double threshold);

std::vector<Measurement> measure_confidence(const Classifier& classify, const Dataset& held_out,
                                            std::uint64_t seed);

// The share of canonical digits (synthetic/specimens.h) that are right, for models of digits alone.
Measurement measure_canonical_digits(const Classifier& classify, const Schema& schema);

}  // namespace digits
