#include "behaviour/directional.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "synthetic/specimens.h"

namespace digits {

namespace {

// a - b, sample by sample, as a mean with its interval.
Quantity mean_difference(const std::vector<double>& a, const std::vector<double>& b) {
  std::vector<double> differences(a.size());
  std::transform(a.begin(), a.end(), b.begin(), differences.begin(), std::minus<>());
  return mean_within(differences, -1.0, 1.0);
}

}  // namespace

std::vector<Degradation> degradations(const Schema& schema) {
  constexpr int kMinSide = 18;  // a Gaussian below 0.8 pixels hardly changes an image
  const double side = std::max(kMinSide, std::min(schema.rows, schema.cols));
  return {{"noise", {noisy(0.15), noisy(0.3), noisy(0.45)}},
          {"occlusion", {occluded(0.3), occluded(0.45), occluded(0.6)}},
          {"blur", {blurred(0.045 * side), blurred(0.0625 * side), blurred(0.08 * side)}}};
}

std::vector<Quantity> drops(const Classifier& classify, const Dataset& set,
                            const std::vector<Perturbation>& levels, std::uint64_t seed,
                            int threads) {
  std::vector<Quantity> steps;
  auto before = label_probabilities(classify, set);
  for (const auto& level : levels) {
    const auto after = label_probabilities(classify, perturbed(set, level, seed, threads));
    steps.push_back(mean_difference(before, after));
    before = after;
  }
  return steps;
}

Quantity gain_by_erasure(const Classifier& classify, const ErasedPairs& pairs) {
  auto whole = pairs.whole;
  whole.labels = pairs.erased.labels;
  return mean_difference(label_probabilities(classify, pairs.erased),
                         label_probabilities(classify, whole));
}

std::vector<Measurement> measure_degradations(const Classifier& classify, const Dataset& set,
                                              std::uint64_t seed, int threads) {
  std::vector<Measurement> all;
  for (const auto& [name, levels] : degradations(set.schema)) {
    const auto steps = drops(classify, set, levels, seed, threads);
    const auto least =
        *std::min_element(steps.begin(), steps.end(),
                          [](const Quantity& a, const Quantity& b) { return a.low < b.low; });
    all.push_back({"directional/" + name, least});
  }
  return all;
}

std::vector<Measurement> measure_erasures(const Classifier& classify, const Schema& schema,
                                          std::size_t count, std::uint64_t seed) {
  std::vector<Measurement> all;
  for (const auto& erasure : erasures()) {
    if (std::max(erasure.digit, erasure.becomes) >= schema.classes()) continue;
    const auto pairs = erased_pairs(erasure, schema, count, seed);
    const auto name = fmt::format("directional/erase_{}_to_{}", erasure.digit, erasure.becomes);
    all.push_back({name, gain_by_erasure(classify, pairs)});
  }
  return all;
}

}  // namespace digits
