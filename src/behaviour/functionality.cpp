#include "behaviour/functionality.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "base/rng.h"
#include "metrics/classification.h"
#include "synthetic/specimens.h"

namespace digits {

namespace {

constexpr double kMostConfident = 0.9;
constexpr int kGreys = 9;

Dataset unlabelled(const Schema& schema, std::size_t count) {
  return {schema, std::vector<std::uint8_t>(count * schema.image_bytes()),
          std::vector<std::uint8_t>(count, 0)};
}

}  // namespace

double confidence_threshold(const Classifier& classify, const Dataset& held_out) {
  const auto answers = ask(classify, held_out);
  std::vector<double> right;
  for (std::size_t i = 0; i < held_out.size(); ++i) {
    if (answers.labels.at(i) == held_out.labels[i]) right.push_back(answers.probabilities[i]);
  }
  if (right.empty()) return kMostConfident;
  const auto lowest = right.begin() + static_cast<std::ptrdiff_t>(right.size() / 20);
  std::nth_element(right.begin(), lowest, right.end());
  return std::min(*lowest, kMostConfident);
}

Dataset blank_images(const Schema& schema) {
  auto set = unlabelled(schema, kGreys);
  for (int i = 0; i < kGreys; ++i) {
    std::memset(set.image(static_cast<std::size_t>(i)), i * 255 / (kGreys - 1),
                schema.image_bytes());
  }
  return set;
}

Dataset noise_images(const Schema& schema, std::size_t count, std::uint64_t seed) {
  auto set = unlabelled(schema, count);
  for (std::size_t i = 0; i < count; ++i) {
    Rng rng(seed, Stream::kPerturb, i);
    std::generate_n(set.image(i), schema.image_bytes(),
                    [&] { return static_cast<std::uint8_t>(rng.below(256)); });
  }
  return set;
}

Dataset scrambled_images(const Dataset& set, std::uint64_t seed) {
  auto scrambled = unlabelled(set.schema, set.size());
  const auto channels = static_cast<std::size_t>(set.schema.channels);
  for (std::size_t i = 0; i < set.size(); ++i) {
    const auto pixels = static_cast<std::uint32_t>(set.schema.image_bytes() / channels);
    auto* to = scrambled.image(i);
    for (const auto from : permutation(pixels, seed, Stream::kPerturb, i)) {
      to = std::copy_n(set.image(i) + from * channels, channels, to);
    }
  }
  return scrambled;
}

Quantity confident_share(const Classifier& classify, const Dataset& set, double threshold) {
  const auto probabilities = ask(classify, set).probabilities;
  const auto confident = std::count_if(probabilities.begin(), probabilities.end(),
                                       [&](double p) { return p >= threshold; });
  return proportion(static_cast<std::size_t>(confident), set.size());
}

std::vector<Measurement> measure_confidence(const Classifier& classify, const Dataset& held_out,
                                            std::uint64_t seed) {
  const double threshold = confidence_threshold(classify, held_out);
  const auto& schema = held_out.schema;
  const auto share = [&](const Dataset& set) { return confident_share(classify, set, threshold); };
  return {{"functionality/blank", share(blank_images(schema))},
          {"functionality/noise", share(noise_images(schema, held_out.size(), seed))},
          {"functionality/scrambled", share(scrambled_images(held_out, seed))}};
}

Measurement measure_canonical_digits(const Classifier& classify, const Schema& schema) {
  const auto set = canonical_digits(schema);
  return {"functionality/canonical", accuracy(set.labels, ask(classify, set).labels)};
}

}  // namespace digits
