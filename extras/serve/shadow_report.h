// Judges whether a shadow may replace the live model.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/json.h"

namespace digits {

struct ShadowBounds {
  double min_agreement = 0.98;  // of the interval's low end
  double max_slowdown = 1.2;
  std::size_t min_images = 1000;
  double max_loss = 0.02;        // of accuracy, for the unfavourable end of its interval
  std::size_t min_labels = 200;  // labelled images, from which on labels decide
};

enum class ShadowVerdict { kPassed, kFailed, kUndecided };

struct ShadowCheck {
  std::string name;      // "agreement"
  std::string seen;      // "99.1 % [98.7, 99.4], n = 2000"
  std::string expected;  // "at least 98.0 %"
  ShadowVerdict verdict = ShadowVerdict::kUndecided;
};

// Judges `shadow` of a statistics document: predictions, failures, time. With enough true labels
// the predictions are judged by accuracy: it fails when McNemar's exact test finds the shadow worse
// (p < 0.05), and passes when the interval of the difference excludes a larger loss. Otherwise they
// are judged by the agreement's interval. Undecided for too few images. Throws data.malformed when
// the document has no shadow.
std::vector<ShadowCheck> judge_shadow(const Json& statistics, const ShadowBounds& bounds);

// Throws gate.shadow unless every check has passed.
void require_passed(const std::vector<ShadowCheck>& checks);

}  // namespace digits
