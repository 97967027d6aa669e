// Names a measurement of a model's behaviour. Gates (configs/gates.toml) hold the bounds.
#pragma once

#include <string>

#include "base/statistics.h"

namespace digits {

struct Measurement {
  std::string name;  // "invariance/shift_1": the group and the test
  Quantity observed;
};

}  // namespace digits
