// Names a measurement of a model's behaviour. Gates (configs/gates.toml) hold the bounds.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "base/statistics.h"

namespace digits {

struct Measurement {
  std::string name;  // "invariance/shift_1": the group and the test
  Quantity observed;
};

// {"invariance": {"shift_1": {...}, ...}, ...}
Json tree_of(const std::vector<Measurement>& all);

}  // namespace digits
