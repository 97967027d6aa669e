// Compares two profiles feature by feature, to detect data drift: a relevant effect with a small
// p-value.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/json.h"
#include "data/profile.h"

namespace digits {

constexpr const char* kDriftSchema = "digits.drift/1";

// Chosen by measurement (docs/performance.md): 3 of 1,800 resamples of 200 images and more of one
// distribution alarmed; in 200 of the weakest shift, the smallest effect was 0.17.
constexpr double kDriftBound = 0.15;
constexpr double kDriftAlpha = 0.05;         // chance of any false alarm, shared by all tests
constexpr std::size_t kMinDriftImages = 50;  // fewer can only show a catastrophe

// One comparison, and its verdict.
struct DriftTest {
  std::string feature;     // as in feature_bins, or "class"
  double reference = 0.0;  // mean of the feature; NaN for "class"
  double observed = 0.0;   // the same in the set under test
  double statistic = 0.0;  // Kolmogorov-Smirnov D, or chi-squared for "class"
  double p = 1.0;          // of a statistic at least as large under equal distributions
  double effect = 0.0;     // [0, 1]: D, or total variation, the share of images in other classes
  bool drifted = false;  // effect >= kDriftBound and p < kDriftAlpha / number of tests (Bonferroni)
};

// Every feature and the classes. Throws data.schema_mismatch for profiles of different schemas,
// data.too_few when `observed` has fewer than kMinDriftImages.
std::vector<DriftTest> compare(const Profile& reference, const Profile& observed);

// Throws drift.detected, naming the drifted feature of the largest effect.
void require_no_drift(const std::vector<DriftTest>& tests, std::size_t count);

// The largest distance between two cumulative distributions, given as histograms over the same
// bins, neither of them empty. Binning can only hide a distance, never add one.
double ks_distance(const std::vector<std::uint64_t>& a, const std::vector<std::uint64_t>& b);

// The probability of a distance of at least `d` between samples of n and m values of one continuous
// distribution: Kolmogorov's series (1933) at Stephens' argument (JRSS B 32, 1970). For values with
// ties, binned ones too, the true probability is smaller (Noether 1963), so the test alarms less
// often.
double ks_p_value(double d, std::size_t n, std::size_t m);

// Chi-squared of two samples of counts over the same classes, with (classes seen - 1) degrees of
// freedom.
struct ChiSquared {
  double statistic = 0.0;
  std::size_t degrees = 0;
};
ChiSquared chi_squared(const std::vector<std::uint64_t>& a, const std::vector<std::uint64_t>& b);

// The probability of a statistic at least as large by chance; 1 without degrees of freedom.
double chi_squared_p_value(const ChiSquared& chi_squared);

// Half the sum of the differences between two distributions' shares.
double total_variation(const std::vector<std::uint64_t>& a, const std::vector<std::uint64_t>& b);

void to_json(Json& json, const DriftTest& test);

}  // namespace digits
