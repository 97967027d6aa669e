#include "model/schedule.h"

#include <algorithm>
#include <cmath>

namespace digits {

namespace {

constexpr double kPi = 3.14159265358979323846;

// From `a` at share 0 to `b` at share 1 along half a cosine.
double anneal(double a, double b, double share) {
  return b + (a - b) * (1.0 + std::cos(kPi * share)) / 2.0;
}

}  // namespace

double one_cycle_rate(const OneCycleOptions& options, std::size_t step) {
  const double last = static_cast<double>(std::max<std::size_t>(options.steps, 2) - 1);
  const double top = std::max(1.0, options.warmup_share * last);  // the step of the peak
  const double first_rate = options.peak / options.start_divisor;
  const auto at = std::min(static_cast<double>(step), last);
  if (at <= top) return anneal(first_rate, options.peak, at / top);
  return anneal(options.peak, first_rate / options.final_divisor, (at - top) / (last - top));
}

}  // namespace digits
