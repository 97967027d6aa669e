#include "metrics/calibration.h"

#include <algorithm>
#include <cmath>

namespace digits {

std::vector<double> brier_scores(const std::vector<double>& probabilities,
                                 const std::vector<std::uint8_t>& labels, std::size_t classes) {
  std::vector<double> scores(labels.size(), 0.0);
  for (std::size_t i = 0; i < labels.size(); ++i) {
    for (std::size_t k = 0; k < classes; ++k) {
      const double error = probabilities[i * classes + k] - (k == labels[i] ? 1.0 : 0.0);
      scores[i] += error * error;
    }
  }
  return scores;
}

std::vector<Confidence> confidences(const std::vector<double>& probabilities,
                                    const std::vector<std::uint8_t>& labels,
                                    const std::vector<std::uint8_t>& predictions,
                                    std::size_t classes) {
  std::vector<Confidence> samples;
  samples.reserve(labels.size());
  for (std::size_t i = 0; i < labels.size(); ++i) {
    samples.push_back({probabilities[i * classes + predictions[i]], predictions[i] == labels[i]});
  }
  return samples;
}

std::vector<ReliabilityBin> reliability(const std::vector<Confidence>& samples, std::size_t bins,
                                        const Weights& weights) {
  const auto count = static_cast<double>(bins);
  std::vector<ReliabilityBin> diagram(bins);
  std::vector<std::size_t> sizes(bins, 0);
  std::vector<std::size_t> right(bins, 0);
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const double above = std::ceil(samples[i].probability * count) - 1.0;  // edge: lower bin
    const auto bin = static_cast<std::size_t>(std::clamp(above, 0.0, count - 1.0));
    const auto weight = weight_of(weights, i);
    sizes[bin] += weight;
    right[bin] += samples[i].right ? weight : 0;
    diagram[bin].confidence += weight * samples[i].probability;
  }
  for (std::size_t b = 0; b < bins; ++b) {
    diagram[b].low = static_cast<double>(b) / count;
    diagram[b].high = static_cast<double>(b + 1) / count;
    diagram[b].confidence /= static_cast<double>(std::max<std::size_t>(sizes[b], 1));
    diagram[b].accuracy = proportion(right[b], sizes[b]);
  }
  return diagram;
}

double calibration_error(const std::vector<ReliabilityBin>& bins) {
  double sum = 0.0;
  double samples = 0.0;
  for (const auto& bin : bins) {
    const auto size = static_cast<double>(bin.accuracy.n);
    sum += size * std::abs(bin.accuracy.value - bin.confidence);
    samples += size;
  }
  return samples > 0.0 ? sum / samples : 0.0;
}

void to_json(Json& json, const ReliabilityBin& bin) {
  json = Json{{"low", bin.low},
              {"high", bin.high},
              {"confidence", bin.confidence},
              {"accuracy", bin.accuracy}};
}

}  // namespace digits
