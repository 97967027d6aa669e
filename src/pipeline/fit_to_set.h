// Fits epochs, batch size and patch to the size of a set. No Torch in this header.
#pragma once

#include <cstdint>

#include "data/dataset.h"
#include "pipeline/config.h"

namespace digits {

// The largest batch for `samples` training images: `most` if it is at most max_share of them, else
// the largest power of two that is, and at least 2. An epoch needs several steps: few large batches
// train a small set badly.
std::int64_t fitting_batch_size(std::size_t samples, std::int64_t most, double max_share);

// `least` epochs, or as many as min_steps optimiser steps need. An epoch has samples / batch_size
// steps, rounded down.
std::int64_t fitting_epochs(std::size_t samples, std::int64_t batch_size, std::int64_t least,
                            std::int64_t min_steps);

// The largest patch of 1, 2, 4 and 8 that leaves a map of 14 pixels along the shorter side of an
// image: 1 below 28 pixels, 2 for MNIST. Smaller maps lose details of small images; larger ones
// cost time.
std::int64_t fitting_patch(int shorter_side);

// The configuration with these three in place of train.batch_size, train.epochs, and a
// network.patch of 0. A fitted configuration fits the same set unchanged.
Config fit_to_set(Config config, const Dataset& training);

// `asked`, with the values that it leaves to the set copied from `fitted`, the configuration of a
// run on that set: a resumed run needs the configuration with which it started.
Config with_fitted_values(Config asked, const Config& fitted);

}  // namespace digits
