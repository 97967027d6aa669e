#include "data/scaling.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace digits {

float scale_to_unit(float value, float low, float high) noexcept {
  if (!(value > low)) return 0.0F;  // NaN is not above anything
  if (!(value < high)) return 1.0F;
  return static_cast<float>((double{value} - low) / (double{high} - low));  // cannot overflow
}

std::vector<float> scale_to_unit(std::vector<float> values) {
  float low = std::numeric_limits<float>::max();
  float high = std::numeric_limits<float>::lowest();
  for (const float value : values) {
    if (!std::isfinite(value)) continue;
    low = std::min(low, value);
    high = std::max(high, value);
  }
  for (float& value : values) value = scale_to_unit(value, low, high);
  return values;
}

}  // namespace digits
