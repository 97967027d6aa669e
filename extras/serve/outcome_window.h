// Judges a share of bad outcomes by the latest ones.
#pragma once

#include <cstddef>
#include <deque>

#include "base/statistics.h"

namespace digits {

constexpr std::size_t kMinOutcomes = 100;  // fewer decide nothing

// The latest 1000 outcomes of one kind: later ones are not outweighed by a long good past.
class OutcomeWindow {
 public:
  void add(bool bad);
  Quantity bad_share() const;

 private:
  std::deque<bool> outcomes_;
  std::size_t bad_ = 0;
};

// Whether the share is above the bound by more than chance: the low end of its interval is, over at
// least 100 outcomes. Checked after each of 5,000 outcomes, a true share of half the bound was
// called above it in at most 2.5 % of 400 simulated rollouts, for bounds from 1 to 10 %; a share of
// twice the bound in all of them, after 100 to 214 outcomes in the median.
bool exceeds(const Quantity& share, double bound);

}  // namespace digits
