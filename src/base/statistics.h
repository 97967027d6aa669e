// Computes quantities with their 95 % intervals and n.
#pragma once

#include <cstddef>
#include <vector>

#include "base/json.h"

namespace digits {

// `value` with a 95 % interval [low, high] from n observations.
struct Quantity {
  double value = 0.0;
  double low = 0.0;
  double high = 0.0;
  std::size_t n = 0;
};

// A proportion with its Wilson score interval at 95 %: Wilson, "Probable inference, the law of
// succession, and statistical inference", JASA 22 (1927). With n = 0: value 0 in [0, 1].
Quantity proportion(std::size_t successes, std::size_t n);

// a - b and a / b of two independent proportions, from their Wilson intervals: Newcombe, "Interval
// estimation for the difference between independent proportions: comparison of eleven methods"
// (method 10), Statistics in Medicine 17 (1998); Donner and Zou, "Closed-form confidence intervals
// for functions of the normal mean and standard deviation", Statistical Methods in Medical Research
// 21 (2012). n is the sum. The ratio requires b.value > 0.
Quantity difference(const Quantity& a, const Quantity& b);
Quantity ratio(const Quantity& a, const Quantity& b);

// The interval of a statistic within [lowest, highest] that is equal in all of `n` samples or
// resamples, so that their spread does not measure its uncertainty. With n > 0 samples, z^2 / (n +
// z^2) of the population may be of an unseen kind (Wilson's interval of 0 of n), and the statistic
// of that part may have any value in the range. For a proportion of 0 or 1 this is Wilson's
// interval.
Quantity equal_values_interval(double value, double lowest, double highest, std::size_t n);

// The mean of values within [lowest, highest], such as the accuracies of several trainings, with
// the 95 % interval of Student's t: "The probable error of a mean", Biometrika 6 (1908). It covers
// the variation between the values (the seed), not their common causes (the test set). Clipped to
// the range; the range itself for fewer than two values, which have no spread; see
// equal_values_interval() for equal ones.
Quantity mean_within(const std::vector<double>& values, double lowest, double highest);

// The spread of values: `median` of an even count is the mean of the middle two, `stddev` divides
// by n - 1. All zero for no values, stddev also for one.
struct Spread {
  double median = 0.0;
  double min = 0.0;
  double max = 0.0;
  double mean = 0.0;
  double stddev = 0.0;
  std::size_t n = 0;
};
Spread spread(std::vector<double> values);

void to_json(Json& json, const Spread& spread);
void to_json(Json& json, const Quantity& quantity);
void from_json(const Json& json, Quantity& quantity);

}  // namespace digits
