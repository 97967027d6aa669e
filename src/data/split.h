// Splits a set by class into a training part and a held-out part.
#pragma once

#include <cstdint>
#include <vector>

#include "base/rng.h"
#include "data/dataset.h"

namespace digits {

// Indices into the original set, sorted; together a partition.
struct Split {
  std::vector<std::uint32_t> train;
  std::vector<std::uint32_t> validation;
};

// Moves `validation_share` of every class, rounded to the nearest sample but at least one, into the
// validation part; the choice is a function of (seed, stream, class). Throws config.split for a
// share outside (0, 1), data.too_few for a class with too few samples for both parts.
Split stratified_split(const Dataset& set, double validation_share, std::uint64_t seed,
                       Stream stream = Stream::kSplit);

// The last `validation` samples are the validation part; at most set.size().
Split split_last(const Dataset& set, std::size_t validation);

}  // namespace digits
