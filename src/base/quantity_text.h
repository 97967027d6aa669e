// Writes quantities with their 95 % intervals as text, for terminals, errors and the model card.
#pragma once

#include <string>

#include "base/statistics.h"

namespace digits {

// A share: "99.12 % [98.91, 99.29], n = 10000"
std::string percent(const Quantity& quantity);

// "0.1390 [0.1356, 0.1424]"
std::string number(const Quantity& quantity);

// A difference of two shares, in percentage points: "+0.50 [-0.31, +1.31]"
std::string points(const Quantity& change);

}  // namespace digits
