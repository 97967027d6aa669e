#include "metrics/bootstrap.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/rng.h"
#include "support/testing.h"

namespace digits {
namespace {

using Values = std::vector<double>;

// The weighted mean of `values`, as a statistic.
auto mean_of(const Values& values) {
  return [&values](const Weights& weights) {
    double sum = 0.0;
    double count = 0.0;
    for (std::size_t i = 0; i < values.size(); ++i) {
      sum += weight_of(weights, i) * values[i];
      count += weight_of(weights, i);
    }
    return Values{sum / count};
  };
}

// Without samples the result is unknown, and the statistic is not called.
TEST(Bootstrap, OfNoSamplesIsUnknown) {
  const auto never = [](const Weights&) -> Values { throw std::logic_error("asked"); };
  const auto none = bootstrap(0, {2.0}, never)[0];
  EXPECT_EQ(none.value, 0.0);
  EXPECT_EQ(none.low, 0.0);
  EXPECT_EQ(none.high, 2.0);
  EXPECT_EQ(none.n, 0U);
}

// Every resample of one sample is that sample: the interval needs a rule, or it would be a point.
TEST(Bootstrap, OfOneSampleSpansTheWholeRange) {
  const Values one{0.9};
  const auto quantity = bootstrap(1, {1.0}, mean_of(one))[0];
  EXPECT_EQ(quantity.value, 0.9);
  EXPECT_EQ(quantity.low, 0.0);
  EXPECT_EQ(quantity.high, 1.0);
  EXPECT_EQ(quantity.n, 1U);
}

// A statistic that is undefined on the set is unknown. Undefined resamples are omitted. The others
// agree, but five samples are not certain: 3.841459 / 8.841459 = 0.434482 may be unseen.
TEST(Bootstrap, OmitsUndefinedResamples) {
  const auto undefined = bootstrap(5, {1.0}, [](const Weights&) { return Values{NAN}; })[0];
  EXPECT_EQ(undefined.n, 0U);
  EXPECT_EQ(undefined.high, 1.0);
  const auto sometimes = bootstrap(5, {1.0}, [](const Weights& weights) {
    return Values{!weights.empty() && weights[0] == 0 ? NAN : 0.25};
  })[0];
  EXPECT_NEAR(sometimes.low, 0.25 - 0.434482 * 0.25, 1e-6);
  EXPECT_NEAR(sometimes.high, 0.25 + 0.434482 * 0.75, 1e-6);
  EXPECT_EQ(sometimes.n, 5U);
}

// n draws with replacement, different for every index, the same for the same key.
TEST(Resample, DrawsNSamplesWithReplacement) {
  const auto weights = resample(1000, test_seed(), 3);
  EXPECT_EQ(std::accumulate(weights.begin(), weights.end(), 0U), 1000U);
  EXPECT_EQ(weights, resample(1000, test_seed(), 3));
  EXPECT_NE(weights, resample(1000, test_seed(), 4));
  EXPECT_NE(weights, resample(1000, test_seed() + 1, 3));
  // 1/e of the samples are not drawn: 368, standard deviation 10.
  const auto undrawn = std::count(weights.begin(), weights.end(), 0U);
  EXPECT_GT(undrawn, 308);
  EXPECT_LT(undrawn, 428);
}

// By the order statistics: the 5th of 199 from either end. The statistic numbers its calls in a
// shuffled order. The set itself, evaluated last, has 100.
TEST(Bootstrap, TakesTheFifthOf199FromEitherEnd) {
  double call = 0.0;
  const auto count = [&](const Weights& weights) {
    return Values{weights.empty() ? 100.0 : std::fmod(++call * 7.0, 199.0)};  // 0 to 198, shuffled
  };
  const auto quantity = bootstrap(10, {kUnbounded}, count)[0];
  EXPECT_EQ(quantity.value, 100.0);
  EXPECT_EQ(quantity.low, 4.0);
  EXPECT_EQ(quantity.high, 194.0);
}

// A statistic that only grows in resamples, as the calibration error often does: the interval still
// contains its value.
TEST(Bootstrap, IntervalContainsTheValue) {
  const auto biased = [](const Weights& weights) { return Values{weights.empty() ? 0.1 : 0.3}; };
  const auto quantity = bootstrap(10, {1.0}, biased)[0];
  EXPECT_EQ(quantity.low, 0.1);
  EXPECT_EQ(quantity.high, 0.3);
}

// For a mean the interval is close to that of the normal distribution: 1.96 / sqrt(12 * 2000) =
// 0.0127 for uniform values. The 5th of 199 has a standard deviation of some 8 %.
TEST(Bootstrap, OfAMeanIsNearTheNormalInterval) {
  Rng rng(test_seed(), Stream::kTest, 31);
  Values values(2000);
  for (auto& value : values) value = rng.uniform();
  const auto quantity = bootstrap(values.size(), {1.0}, mean_of(values), {199, test_seed()})[0];
  EXPECT_NEAR(quantity.high - quantity.value, 0.0127, 0.005);
  EXPECT_NEAR(quantity.value - quantity.low, 0.0127, 0.005);
}

// Without options the same 199 resamples are taken for every statistic, those of seed 0, and the
// set itself: intervals of two documents can be compared.
TEST(Bootstrap, TakesTheSameResamplesByDefault) {
  std::vector<Weights> seen;
  bootstrap(10, {1.0}, [&](const Weights& weights) {
    seen.push_back(weights);
    return Values{0.5};
  });
  ASSERT_EQ(seen.size(), 200U);
  EXPECT_EQ(seen.front(), resample(10, 0, 0));
  EXPECT_EQ(seen[198], resample(10, 0, 198));
  EXPECT_TRUE(seen.back().empty());
}

}  // namespace
}  // namespace digits
