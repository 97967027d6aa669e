// Computes the one-cycle learning rate without Torch: LibTorch 1.13 has only StepLR in C++.
#pragma once

#include <cstddef>

namespace digits {

struct OneCycleOptions {
  double peak = 1e-2;           // the largest learning rate
  std::size_t steps = 1;        // optimiser steps in all
  double warmup_share = 0.3;    // share of the steps with a rising rate
  double start_divisor = 25.0;  // the first rate is peak / start_divisor
  double final_divisor = 1e4;   // the last is the first / final_divisor
};

// The learning rate of step `step` in [0, steps): up to the peak and down again along cosines.
// Smith and Topin, "Super-convergence" (2018), in the cosine form of PyTorch's OneCycleLR.
double one_cycle_rate(const OneCycleOptions& options, std::size_t step);

}  // namespace digits
