// What was measured of a model's behaviour. What it has to keep is for the gates to say
// (configs/gates.toml).
#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "base/statistics.h"

namespace digits {

struct Measurement {
  std::string name;  // "invariance/shift_1": the group, and what in it
  Quantity observed;
};

// {"invariance": {"shift_1": {...}, ...}, ...}
Json tree_of(const std::vector<Measurement>& all);

}  // namespace digits
