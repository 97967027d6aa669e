// Formats differences of accuracies.
#pragma once

#include <fmt/format.h>

#include <string>

#include "base/statistics.h"

namespace digits {

// "+0.50 [-0.31, +1.31]": a difference of shares in percentage points, with its interval.
inline std::string points(const Quantity& change) {
  return fmt::format("{:+.2f} [{:+.2f}, {:+.2f}]", 100.0 * change.value, 100.0 * change.low,
                     100.0 * change.high);
}

}  // namespace digits
