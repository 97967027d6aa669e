// Small networks trained in about a second each: a good one, and others with a fault that a check
// of behaviour must detect.
#pragma once

#include <cstdint>

#include "data/dataset.h"
#include "model/tensors.h"

namespace digits {

// Synthetic digits of 20 x 20 pixels, for training and for the checks.
const Dataset& small_training_set();
const Dataset& small_held_out_set();

// Trained with augmentation by shifts, turns, scaling and noise.
Forward good_model(std::uint64_t seed);

// The same, with one change each:
Forward unaugmented_model(std::uint64_t seed);  // without augmentation
Forward permuted_model(std::uint64_t seed);     // labels in random order
Forward corner_model(std::uint64_t seed);       // sees a quarter of the image, the rest is paper
Forward shortcut_model(std::uint64_t seed);     // each image had its label marked in the margin
Forward thin_blind_model(std::uint64_t seed);   // thin digits were all labelled 0

// A good model with changed logits:
Forward overconfident(const Forward& good);  // its logits are multiplied
Forward stepwise(const Forward& good);       // its logits are rounded to halves

}  // namespace digits
