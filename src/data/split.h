// Stratified splitting of a set into a part to learn from and a part to choose by, or to test by.
#pragma once

#include <cstdint>
#include <vector>

#include "base/rng.h"
#include "data/dataset.h"

namespace digits {

// Indices into the set that was split; each sorted, together a partition.
struct Split {
  std::vector<std::uint32_t> train;
  std::vector<std::uint32_t> validation;
};

// Takes `validation_share` of every class, rounded to the nearest sample but at least one, into the
// validation part; which ones is a function of (seed, stream, class). Throws config.split for a
// share outside (0, 1), data.too_few for a class that cannot give one sample to each part.
Split stratified_split(const Dataset& set, double validation_share, std::uint64_t seed,
                       Stream stream = Stream::kSplit);

// The last `validation` samples are the validation part; at most set.size().
Split split_last(const Dataset& set, std::size_t validation);

}  // namespace digits
