// A measured quantity with its uncertainty. No claim leaves the program without its n.
#pragma once

#include <cstddef>

#include "base/json.h"

namespace digits {

// `value` with a 95 % interval [low, high] from n observations.
struct Quantity {
  double value = 0.0;
  double low = 0.0;
  double high = 0.0;
  std::size_t n = 0;
};

// A proportion with its Wilson score interval at 95 %: Wilson, "Probable inference, the law of
// succession, and statistical inference", JASA 22 (1927). With n = 0 nothing is known: value 0 in
// [0, 1].
Quantity proportion(std::size_t successes, std::size_t n);

void to_json(Json& json, const Quantity& quantity);
void from_json(const Json& json, Quantity& quantity);

}  // namespace digits
