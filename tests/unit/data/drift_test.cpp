#include "data/drift.h"

#include <rapidcheck.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "base/error.h"
#include "base/rng.h"
#include "support/shifts.h"
#include "support/testing.h"
#include "synthetic/synthetic.h"

namespace digits {
namespace {

using Counts = std::vector<std::uint64_t>;

// The largest gap counts at any place and in either direction.
TEST(KsDistance, IsTheLargestGapBetweenTheCumulativeShares) {
  EXPECT_DOUBLE_EQ(ks_distance({2, 2, 4}, {2, 2, 4}), 0.0);
  EXPECT_DOUBLE_EQ(ks_distance({3, 5, 0, 0}, {0, 0, 1, 1}), 1.0);
  EXPECT_DOUBLE_EQ(ks_distance({2, 2}, {1, 3}), 0.25);
  EXPECT_DOUBLE_EQ(ks_distance({0, 4}, {2, 2}), 0.5);
  // Cumulative shares 1/4 2/4 3/4 1 and 1/2 1/2 1/2 1.
  EXPECT_DOUBLE_EQ(ks_distance({1, 1, 1, 1}, {4, 0, 0, 4}), 0.25);
}

// For any two histograms: symmetric, in [0, 1], independent of the sample sizes, and never above
// the total variation.
TEST(KsDistance, IsAMetric) {
  EXPECT_TRUE(rc::check("distance", [] {
    const auto histogram = rc::gen::container<Counts>(6, rc::gen::inRange<std::uint64_t>(0, 1000));
    auto a = *histogram;
    auto b = *histogram;
    ++a[0];
    ++b[5];
    const double d = ks_distance(a, b);
    RC_ASSERT(d == ks_distance(b, a));
    RC_ASSERT(d >= 0.0);
    RC_ASSERT(d <= total_variation(a, b) + 1e-12);  // two orders of summation
    RC_ASSERT(total_variation(a, b) <= 1.0 + 1e-12);
    for (auto& count : a) count *= 7;
    RC_ASSERT(std::abs(ks_distance(a, b) - d) < 1e-12);
  }));
}

// Critical values of sqrt(n m / (n + m)) D: Smirnov, "Table for estimating the goodness of fit of
// empirical distributions", 1948. At n = m = 20,000 Stephens' correction is 0.12 %. For two samples
// of four that do not overlap, by hand: the argument is sqrt(2) + 0.12 + 0.11 / sqrt(2) = 1.611995,
// and p = 2 (exp(-2 * 2.598529) - exp(-8 * 2.598529)) = 0.0110656.
TEST(KsPValue, MatchesThePublishedTable) {
  const auto p = [](double argument) { return ks_p_value(argument / 100.1211, 20000, 20000); };
  EXPECT_NEAR(p(1.2238), 0.10, 1e-4);
  EXPECT_NEAR(p(1.3581), 0.05, 1e-4);
  EXPECT_NEAR(p(1.6276), 0.01, 1e-5);
  EXPECT_NEAR(p(0.8276), 0.50, 1e-4);
  EXPECT_NEAR(ks_p_value(1.0, 4, 4), 0.0110656, 1e-7);
  EXPECT_DOUBLE_EQ(ks_p_value(0.0, 10, 10), 1.0);
  EXPECT_LT(ks_p_value(1.0, 1000, 1000), 1e-100);
}

// 60 people in a 2 x 2 table: 60 (10 * 10 - 20 * 20)^2 / 30^4 = 20/3.
// And 100 against 50 over three classes: 1 + 5/2 + 5/2; with two degrees p is exp(-6 / 2).
TEST(ChiSquared, MatchesHandCalculation) {
  const auto four = chi_squared({10, 20}, {20, 10});
  EXPECT_NEAR(four.statistic, 20.0 / 3.0, 1e-12);
  EXPECT_EQ(four.degrees, 1U);
  EXPECT_NEAR(chi_squared_p_value(four), 0.00982, 1e-5);
  const auto six = chi_squared({30, 60, 10}, {20, 20, 10});
  EXPECT_NEAR(six.statistic, 6.0, 1e-12);
  EXPECT_NEAR(chi_squared_p_value(six), std::exp(-3.0), 1e-12);
}

// The upper 5 % points of the tables, to their three decimals.
TEST(ChiSquared, PValuesMatchThePublishedTable) {
  EXPECT_NEAR(chi_squared_p_value({3.841, 1}), 0.05, 2e-5);
  EXPECT_NEAR(chi_squared_p_value({16.919, 9}), 0.05, 2e-5);
}

// A class that neither set has is no evidence. A single class leaves nothing to compare.
TEST(ChiSquared, CountsOnlyOccurringClasses) {
  EXPECT_EQ(chi_squared({10, 0, 20}, {20, 0, 10}).degrees, 1U);
  EXPECT_EQ(chi_squared_p_value(chi_squared({10, 0}, {20, 0})), 1.0);
}

TEST(TotalVariation, IsTheShareToMove) {
  EXPECT_DOUBLE_EQ(total_variation({5, 5}, {30, 10}), 0.25);
  EXPECT_DOUBLE_EQ(total_variation({5, 0}, {0, 8}), 1.0);
}

const DriftTest& of(const std::vector<DriftTest>& tests, const std::string& feature) {
  return *std::find_if(tests.begin(), tests.end(),
                       [&](const auto& test) { return test.feature == feature; });
}

bool drifted(const std::vector<DriftTest>& tests) {
  return std::any_of(tests.begin(), tests.end(), [](const auto& test) { return test.drifted; });
}

// `n` images that differ only in mean intensity, and there only `moved` of them.
Profile made(std::size_t n, std::size_t moved) {
  Profile profile;
  profile.schema = random_dataset(1).schema;
  profile.count = n;
  profile.class_counts = {n, 0, 0};
  const auto bins = feature_bins(profile.schema);
  for (std::size_t f = 0; f < kFeatureCount; ++f) {
    profile.features[f].counts.assign(bins[f].bins, 0);
    profile.features[f].counts[0] = n;
  }
  profile.features[kMeanIntensity].counts[0] -= moved;
  profile.features[kMeanIntensity].counts[50] += moved;
  return profile;
}

// Among a million images a shift of 5 % is significant, but too small to matter.
TEST(Compare, SignificantSmallEffectIsNoDrift) {
  const auto tests = compare(made(1000000, 0), made(1000000, 50000));
  EXPECT_LT(of(tests, "mean_intensity").p, 1e-100);
  EXPECT_NEAR(of(tests, "mean_intensity").effect, 0.05, 1e-12);
  EXPECT_FALSE(drifted(tests));
}

// Among 60 images, a fifth may be chance.
TEST(Compare, InsignificantLargeEffectIsNoDrift) {
  const auto tests = compare(made(60, 0), made(60, 12));
  EXPECT_DOUBLE_EQ(of(tests, "mean_intensity").effect, 0.2);
  EXPECT_GT(of(tests, "mean_intensity").p, kDriftAlpha);
  EXPECT_FALSE(drifted(tests));
}

// A large and significant effect is drift, and in that feature only.
TEST(Compare, SignificantLargeEffectIsDrift) {
  const auto tests = compare(made(10000, 0), made(1000, 200));
  EXPECT_EQ(tests.size(), 9U);
  for (const auto& test : tests) {
    EXPECT_EQ(test.drifted, test.feature == "mean_intensity") << test.feature;
  }
  try {
    require_no_drift(tests, 1000);
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), "drift.detected");
    EXPECT_THAT(error.what(), testing::StartsWith("mean_intensity: effect 0.200, "));
  }
}

// With a false-alarm rate of one in twenty for nine tests, one test gets a ninth of it: p = 0.02 is
// not enough.
TEST(Compare, AppliesTheBonferroniCorrection) {
  const auto tests = compare(made(10000, 0), made(64, 13));
  const auto test = of(tests, "mean_intensity");
  EXPECT_GT(test.effect, kDriftBound);
  EXPECT_LT(test.p, kDriftAlpha);
  EXPECT_GT(test.p, kDriftAlpha / 9);
  EXPECT_FALSE(drifted(tests));
}

// Any set compared with itself: no effect, no alarm, and no exception.
TEST(Compare, ProfileNeverDriftsFromItself) {
  EXPECT_TRUE(rc::check("identity", [] {
    const auto n = *rc::gen::inRange<std::size_t>(kMinDriftImages, 150);
    const auto profile = make_profile(random_dataset(n, *rc::gen::inRange(2, 9)), 1);
    const auto tests = compare(profile, profile);
    for (const auto& test : tests) {
      RC_ASSERT(test.effect == 0.0);
      RC_ASSERT(test.p == 1.0);
    }
    require_no_drift(tests, n);
  }));
}

TEST(Compare, RejectsProfilesOfOtherSchemas) {
  const auto profile = make_profile(random_dataset(60), 1);
  expect_error("data.schema_mismatch",
               [&] { compare(profile, make_profile(random_dataset(60, 7), 1)); });
  expect_error("data.schema_mismatch",
               [&] { compare(profile, make_profile(random_dataset(60, 6, 5, 1, 4), 1)); });
}

TEST(Compare, RejectsTooFewImages) {
  const auto profile = make_profile(random_dataset(60), 1);
  expect_error("data.too_few", [&] { compare(profile, make_profile(random_dataset(49), 1)); });
  compare(profile, make_profile(random_dataset(50), 1));
}

// Synthetic digits in two parts: the training images, and the images in use.
struct World {
  Profile reference;
  Dataset later;
};

const World& world() {
  static const World world = [] {
    SyntheticOptions options;
    options.count = 1200;
    options.seed = test_seed();
    options.threads = 2;
    const auto trained_on = synthesise(options);
    options.first_index = options.count;
    return World{make_profile(trained_on, 2), synthesise(options)};
  }();
  return world;
}

std::vector<DriftTest> compare_resample(const Dataset& set, std::uint32_t n, std::uint64_t index) {
  auto order =
      permutation(static_cast<std::uint32_t>(set.size()), test_seed(), Stream::kTest, index);
  order.resize(n);
  return compare(world().reference, make_profile(subset(set, order), 1));
}

// Of 100 resamples of the same distribution at most 5 alarm; bench/drift_table.cpp takes 200, and
// other sizes.
TEST(Drift, RarelyAlarmsOnTheSameDistribution) {
  int alarms = 0;
  for (std::uint64_t r = 0; r < 100; ++r) {
    if (drifted(compare_resample(world().later, 200, r))) ++alarms;
  }
  EXPECT_LE(alarms, 5);
}

class DriftShift : public testing::TestWithParam<Shift> {};

// Each of ten resamples raises an alarm, by the feature that the change affects.
TEST_P(DriftShift, AlwaysAlarms) {
  const std::map<std::string, std::string> feature{
      {"inverted", "mean_intensity"}, {"shifted", "centroid_x"},  {"blurred", "thickness"},
      {"noisy", "thickness"},         {"thickened", "thickness"}, {"class-skewed", "class"}};
  const auto changed = GetParam().apply(world().later);
  for (std::uint64_t r = 0; r < 10; ++r) {
    const auto tests = compare_resample(changed, 300, r);
    EXPECT_TRUE(of(tests, feature.at(GetParam().name)).drifted) << r;
    expect_error("drift.detected", [&] { require_no_drift(tests, 300); });
  }
}

INSTANTIATE_TEST_SUITE_P(Shifts, DriftShift, testing::ValuesIn(shifts()), [](const auto& test) {
  auto name = test.param.name;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

// An effect equal to the bound is drift: 150 of 1,000 images. One image fewer is none.
TEST(Compare, EffectAtTheBoundIsDrift) {
  const auto at_bound = compare(made(10000, 10000), made(1000, 850));
  EXPECT_EQ(of(at_bound, "mean_intensity").effect, 0.15);
  EXPECT_TRUE(of(at_bound, "mean_intensity").drifted);
  const auto below = compare(made(10000, 10000), made(1000, 851));
  EXPECT_LT(of(below, "mean_intensity").p, 1e-10);
  EXPECT_FALSE(drifted(below));
}

// The error names the drifted feature of the largest effect, the first of two equal ones; a feature
// without drift is not named.
TEST(RequireNoDrift, NamesTheWorstFeature) {
  const DriftTest insignificant{"thickness", 0.0, 0.0, 0.9, 0.2, 0.9, false};
  const DriftTest smaller{"slant", 0.0, 0.0, 0.2, 0.001, 0.2, true};
  const DriftTest worst{"aspect", 0.0, 0.0, 0.3, 0.0123, 0.3, true};
  const DriftTest equal{"class", 0.0, 0.0, 9.0, 0.001, 0.3, true};
  const auto seen = [](const std::vector<DriftTest>& tests) -> std::string {
    try {
      require_no_drift(tests, 77);
      return "no drift";
    } catch (const Error& error) {
      return error.what();
    }
  };
  EXPECT_EQ(seen({insignificant, smaller, worst, equal}),
            "aspect: effect 0.300, p 0.012, n = 77, expected an effect below 0.15");
  EXPECT_EQ(seen({equal, worst, smaller}),
            "class: effect 0.300, p 0.001, n = 77, expected an effect below 0.15");
  EXPECT_EQ(seen({insignificant}), "no drift");
  EXPECT_EQ(seen({}), "no drift");
}

}  // namespace
}  // namespace digits
