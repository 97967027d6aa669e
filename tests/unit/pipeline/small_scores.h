// A training of two epochs and an evaluation of six samples, for reports by hand.
#pragma once

#include <cstdint>
#include <vector>

#include "metrics/evaluation.h"
#include "metrics/fairness.h"
#include "model/epoch_record.h"

namespace digits {

inline std::vector<EpochRecord> two_epochs() {
  EpochRecord first;
  first.epoch = 1;
  first.train_loss = 0.5;
  first.validation_loss = 0.4;
  first.validation_accuracy = {0.8, 0.7, 0.9, 60};
  first.images = 600;
  first.seconds = 5.0;
  first.train_seconds = 4.0;
  first.wait_seconds = 1.0;
  first.peak_memory_bytes = std::int64_t{300} << 20;
  EpochRecord second = first;
  second.epoch = 2;
  second.train_loss = 0.3;
  second.validation_loss = 0.35;
  second.validation_accuracy = {0.75, 0.65, 0.85, 60};
  return {first, second};
}

// Six samples of two classes: the first five have the label 0. Sample 0 is predicted as class 1.
inline const std::vector<std::uint8_t> kSixLabels{0, 0, 0, 0, 0, 1};

inline Evaluation two_class_scores() {
  auto result = evaluate_logits({0, 1, 2, 0, 2, 0, 2, 0, 2, 0, 0, 3}, kSixLabels, {"cat", "dog"});
  result.fairness = assess_fairness(kSixLabels, result.predictions, {"cat", "dog"},
                                    {{"size", {{"small", {0, 5}}, {"large", {1, 2, 3, 4}}}},
                                     {"tone", {{"dark", {0, 1, 2}}, {"light", {3, 4, 5}}}}});
  return result;
}

}  // namespace digits
