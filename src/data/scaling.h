// Scaling of numbers to [0, 1], safe for whatever comes in.
#pragma once

#include <vector>

namespace digits {

// (value - low) / (high - low), within [0, 1]: values beyond a bound, infinite ones too, become
// that bound's 0 or 1, and NaN becomes 0. The bounds are finite; without room between them, as in a
// constant image, there is nothing to divide by: what is not above `low` is 0, the rest is 1.
float scale_to_unit(float value, float low, float high) noexcept;

// Each value by the least and the greatest finite one. A constant or empty input gives zeros.
std::vector<float> scale_to_unit(std::vector<float> values);

}  // namespace digits
