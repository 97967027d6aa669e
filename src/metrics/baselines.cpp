#include "metrics/baselines.h"

#include <algorithm>
#include <functional>
#include <limits>
#include <numeric>

#include "base/parallel.h"
#include "metrics/classification.h"

namespace digits {

namespace {

// [classes, image bytes]; zero for a class without images.
std::vector<double> class_means(const Dataset& training, const std::vector<std::size_t>& counts) {
  const auto size = training.schema.image_bytes();
  std::vector<double> means(counts.size() * size, 0.0);
  for (std::size_t i = 0; i < training.size(); ++i) {
    double* const mean = &means[training.labels.at(i) * size];
    const std::uint8_t* const image = training.image(i);
    std::transform(mean, mean + size, image, mean, std::plus<>());
  }
  for (std::size_t m = 0; m < means.size(); ++m) {
    means[m] /= static_cast<double>(std::max<std::size_t>(counts.at(m / size), 1));
  }
  return means;
}

}  // namespace

std::uint8_t majority_class(const Dataset& training) {
  const auto counts = class_counts(training);
  return static_cast<std::uint8_t>(std::max_element(counts.begin(), counts.end()) - counts.begin());
}

std::vector<std::uint8_t> nearest_class_mean(const Dataset& training, const Dataset& set,
                                             int threads) {
  const auto counts = class_counts(training);
  const auto means = class_means(training, counts);
  const auto size = training.schema.image_bytes();
  std::vector<std::uint8_t> nearest(set.size(), 0);
  parallel_for(set.size(), threads, [&](std::size_t i) {
    double smallest = std::numeric_limits<double>::infinity();
    for (std::size_t k = 0; k < counts.size(); ++k) {
      if (counts.at(k) == 0) continue;
      const double distance =
          std::inner_product(set.image(i), set.image(i) + size, &means[k * size], 0.0,
                             std::plus<>(), [](double a, double b) { return (a - b) * (a - b); });
      if (distance >= smallest) continue;
      smallest = distance;
      nearest[i] = static_cast<std::uint8_t>(k);
    }
  });
  return nearest;
}

std::vector<Baseline> evaluate_baselines(const Dataset& training, const Dataset& test,
                                         int threads) {
  const std::vector<std::uint8_t> majority(test.size(), majority_class(training));
  return {
      {"majority_class", accuracy(test.labels, majority)},
      {"nearest_class_mean", accuracy(test.labels, nearest_class_mean(training, test, threads))}};
}

Quantity lead(const Quantity& model, const Quantity& baseline) {
  return {model.value - baseline.value, model.low - baseline.high, model.high - baseline.low,
          std::min(model.n, baseline.n)};
}

void to_json(Json& json, const Baseline& baseline) {
  json = Json{{"name", baseline.name}, {"accuracy", baseline.accuracy}};
}

void from_json(const Json& json, Baseline& baseline) {
  json.at("name").get_to(baseline.name);
  json.at("accuracy").get_to(baseline.accuracy);
}

}  // namespace digits
