// Measures how well probabilities agree with the observed accuracy.
#pragma once

#include <cstdint>
#include <vector>

#include "metrics/classification.h"

namespace digits {

// Bins of the reliability diagram and the calibration error, as in Guo et al.
constexpr std::size_t kReliabilityBins = 15;

// Brier score of each sample: the sum over classes of (probability - [class is the label])^2, from
// 0 to 2. Brier, "Verification of forecasts expressed in terms of probability", Monthly Weather
// Review 78 (1950). For two classes it is twice scikit-learn's brier_score_loss.
std::vector<double> brier_scores(const std::vector<double>& probabilities,
                                 const std::vector<std::uint8_t>& labels, std::size_t classes);

// One row per sample: the probability of the predicted class, and whether it was right.
struct Confidence {
  double probability = 0.0;
  bool right = false;
};
std::vector<Confidence> confidences(const std::vector<double>& probabilities,
                                    const std::vector<std::uint8_t>& labels,
                                    const std::vector<std::uint8_t>& predictions,
                                    std::size_t classes);

// The samples whose confidence lies in (low, high]; 0 belongs to the first bin.
struct ReliabilityBin {
  double low = 0.0;
  double high = 0.0;
  double confidence = 0.0;  // mean, 0 in an empty bin
  Quantity accuracy;        // Wilson; n samples
};

// `bins` of equal width over [0, 1]: the reliability diagram. Guo, Pleiss, Sun, Weinberger, "On
// calibration of modern neural networks", ICML 2017.
std::vector<ReliabilityBin> reliability(const std::vector<Confidence>& samples,
                                        std::size_t bins = kReliabilityBins,
                                        const Weights& weights = {});

// Expected calibration error (ibid., equation 3): the difference between accuracy and mean
// confidence, averaged over the bins by their samples; 0 for no samples. In [0, 1]. Biased upwards
// for few samples, as every bin's noise counts.
double calibration_error(const std::vector<ReliabilityBin>& bins);

void to_json(Json& json, const ReliabilityBin& bin);

}  // namespace digits
