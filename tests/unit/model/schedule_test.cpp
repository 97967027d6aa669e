#include "model/schedule.h"

#include "support/testing.h"

namespace digits {
namespace {

// Eleven steps, peak at step 3: by hand from the definition.
TEST(OneCycle, RisesToThePeakAndFalls) {
  OneCycleOptions options;
  options.peak = 1.0;
  options.steps = 11;
  options.warmup_share = 0.3;
  EXPECT_NEAR(one_cycle_rate(options, 0), 0.04, 1e-12);
  EXPECT_NEAR(one_cycle_rate(options, 3), 1.0, 1e-12);
  EXPECT_NEAR(one_cycle_rate(options, 10), 4e-6, 1e-12);
  // A third of the way up: 0.04 + 0.96 * (1 - cos(60 degrees)) / 2.
  EXPECT_NEAR(one_cycle_rate(options, 1), 0.28, 1e-12);
}

// The rate is never negative, never above the peak, and defined after the end.
TEST(OneCycle, StaysInBounds) {
  OneCycleOptions options;
  options.peak = 0.5;
  for (const std::size_t steps : {1U, 2U, 3U, 100U}) {
    options.steps = steps;
    for (std::size_t step = 0; step < steps + 5; ++step) {
      EXPECT_GT(one_cycle_rate(options, step), 0.0);
      EXPECT_LE(one_cycle_rate(options, step), 0.5);
    }
  }
}

}  // namespace
}  // namespace digits
