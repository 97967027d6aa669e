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
};

enum class ShadowVerdict { kPassed, kFailed, kUndecided };

struct ShadowCheck {
  std::string name;      // "agreement"
  std::string seen;      // "99.1 % [98.7, 99.4], n = 2000"
  std::string expected;  // "at least 98.0 %"
  ShadowVerdict verdict = ShadowVerdict::kUndecided;
};

// Judges `shadow` of a statistics document: agreement, by its interval; time; failures. Undecided
// for too few images. Throws data.malformed when the document has no shadow.
std::vector<ShadowCheck> judge_shadow(const Json& statistics, const ShadowBounds& bounds);

// Throws gate.shadow unless every check has passed.
void require_passed(const std::vector<ShadowCheck>& checks);

}  // namespace digits
