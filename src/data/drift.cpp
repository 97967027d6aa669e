#include "data/drift.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/math/special_functions/gamma.hpp>
#include <cmath>
#include <limits>
#include <numeric>

#include "base/error.h"

namespace digits {

namespace {

using Counts = std::vector<std::uint64_t>;

constexpr auto kTests = static_cast<double>(kFeatureCount + 1);  // Bonferroni's divisor

double total(const Counts& counts) {
  return static_cast<double>(std::accumulate(counts.begin(), counts.end(), std::uint64_t{0}));
}

// Q(lambda) = 2 sum over j >= 1 of (-1)^(j-1) exp(-2 j^2 lambda^2).
double kolmogorov_q(double lambda) {
  if (lambda < 0.2) return 1.0;  // exact to 11 digits; the series would need many terms
  double sum = 0.0;
  for (int j = 1; j <= 20; ++j) {
    const double term = std::exp(-2.0 * j * j * lambda * lambda);
    sum += j % 2 == 1 ? term : -term;
  }
  return std::clamp(2.0 * sum, 0.0, 1.0);
}

}  // namespace

double ks_distance(const Counts& a, const Counts& b) {
  const double n = total(a);
  const double m = total(b);
  double largest = 0.0;
  std::uint64_t below_a = 0;
  std::uint64_t below_b = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    below_a += a[i];
    below_b += b[i];
    largest = std::max(
        largest, std::abs(static_cast<double>(below_a) / n - static_cast<double>(below_b) / m));
  }
  return largest;
}

double ks_p_value(double d, std::size_t n, std::size_t m) {
  const double root =
      std::sqrt(static_cast<double>(n) * static_cast<double>(m) / static_cast<double>(n + m));
  return kolmogorov_q((root + 0.12 + 0.11 / root) * d);
}

ChiSquared chi_squared(const Counts& a, const Counts& b) {
  const double ratio = std::sqrt(total(b) / total(a));
  double sum = 0.0;
  std::size_t seen = 0;
  for (std::size_t k = 0; k < a.size(); ++k) {
    if (a[k] + b[k] == 0) continue;
    ++seen;
    const double difference = ratio * static_cast<double>(a[k]) - static_cast<double>(b[k]) / ratio;
    sum += difference * difference / static_cast<double>(a[k] + b[k]);
  }
  return {sum, seen - 1};
}

double chi_squared_p_value(const ChiSquared& chi_squared) {
  if (chi_squared.degrees == 0) return 1.0;
  return boost::math::gamma_q(static_cast<double>(chi_squared.degrees) / 2.0,
                              chi_squared.statistic / 2.0);
}

double total_variation(const Counts& a, const Counts& b) {
  const double n = total(a);
  const double m = total(b);
  double sum = 0.0;
  for (std::size_t k = 0; k < a.size(); ++k) {
    sum += std::abs(static_cast<double>(a[k]) / n - static_cast<double>(b[k]) / m);
  }
  return sum / 2.0;
}

std::vector<DriftTest> compare(const Profile& reference, const Profile& observed) {
  require_schema(observed.schema, reference.schema);
  if (observed.count < kMinDriftImages) {
    throw Error("data.too_few",
                fmt::format("{} images, expected at least {}", observed.count, kMinDriftImages),
                "fewer images differ this much by chance alone: collect more");
  }
  std::vector<DriftTest> tests;
  const auto bins = feature_bins(reference.schema);
  for (std::size_t f = 0; f < kFeatureCount; ++f) {
    const auto& before = reference.features[f];
    const auto& now = observed.features[f];
    const double d = ks_distance(before.counts, now.counts);
    tests.push_back({bins[f].name, before.mean, now.mean, d,
                     ks_p_value(d, reference.count, observed.count), d, false});
  }
  const auto classes = chi_squared(reference.class_counts, observed.class_counts);
  constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
  tests.push_back({"class", kNone, kNone, classes.statistic, chi_squared_p_value(classes),
                   total_variation(reference.class_counts, observed.class_counts), false});
  for (auto& test : tests) {
    test.drifted = test.effect >= kDriftBound && test.p < kDriftAlpha / kTests;
  }
  return tests;
}

void require_no_drift(const std::vector<DriftTest>& tests, std::size_t count) {
  const DriftTest* worst = nullptr;
  for (const auto& test : tests) {
    const bool worse = worst == nullptr || test.effect > worst->effect;
    if (test.drifted && worse) worst = &test;
  }
  if (worst == nullptr) return;
  throw Error("drift.detected",
              fmt::format("{}: effect {:.3f}, p {:.2g}, n = {}, expected an effect below {}",
                          worst->feature, worst->effect, worst->p, count, kDriftBound),
              "find out what changed; if the change is permanent, train on such images");
}

void to_json(Json& json, const DriftTest& test) {
  json = Json{{"feature", test.feature},
              {"reference", test.reference},
              {"observed", test.observed},
              {"statistic", test.statistic},
              {"p", test.p},
              {"effect", test.effect},
              {"bound", kDriftBound},
              {"drifted", test.drifted}};
}

}  // namespace digits
