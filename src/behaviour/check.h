// What a check of behaviour found, and what it must find.
#pragma once

#include <map>
#include <string>

#include "base/json.h"
#include "base/statistics.h"

namespace digits {

enum class Side { kAtMost, kAtLeast };

// What a quantity must keep, and how the value was come by.
struct Bound {
  Side side = Side::kAtMost;
  double value = 0.0;
  std::string reason;
};

// Whether the interval's conservative end keeps the bound: a small sample does not pass by luck.
// What was not observed, n = 0, does not pass.
bool keeps(const Quantity& observed, const Bound& bound);

struct Check {
  std::string name;  // "invariance.shift_1": the group, and what in it
  Quantity observed;
  Bound bound;
  bool passed = false;
};

// The bounds of all checks by their names.
const std::map<std::string, Bound>& check_bounds();

// The check of this name, which must have a bound.
Check judge(const std::string& name, const Quantity& observed);

void to_json(Json& json, const Check& check);

}  // namespace digits
