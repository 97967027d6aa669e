// Computes the number of observations that a bound needs, for undecided results.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "base/json.h"
#include "base/statistics.h"

namespace digits {

// Numbers of observations at which the conservative end of a quantity's interval keeps a bound.
// Nothing where no number does, or where the number is unknown.
struct SampleSize {
  // The smallest number at which a perfect result (all or none of the observations) keeps the
  // bound. Known for proportions only.
  std::optional<std::size_t> at_best;
  // The number at which the observed value keeps it. Exact for proportions, by inverting Wilson's
  // interval; else by the rule that an interval's width falls with 1/sqrt(n).
  std::optional<std::size_t> at_this_rate;
  bool exact = false;
};

// For a bound on the quantity's low end (at_least) or high end; the value itself must keep it.
SampleSize needed_sample_size(const Quantity& quantity, double bound, bool at_least);

// "34 images, 35 needed for this bound at best, about 120 at this rate"
std::string sample_size_text(const SampleSize& needed, std::size_t n);

void to_json(Json& json, const SampleSize& needed);

}  // namespace digits
