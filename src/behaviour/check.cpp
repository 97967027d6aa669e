#include "behaviour/check.h"

namespace digits {

bool keeps(const Quantity& observed, const Bound& bound) {
  if (observed.n == 0) return false;
  return bound.side == Side::kAtMost ? observed.high <= bound.value : observed.low >= bound.value;
}

Check judge(const std::string& name, const Quantity& observed) {
  const auto& bound = check_bounds().at(name);
  return {name, observed, bound, keeps(observed, bound)};
}

void to_json(Json& json, const Check& check) {
  json = Json{{"check", check.name},
              {"observed", check.observed},
              {"bound", check.bound.value},
              {"side", check.bound.side == Side::kAtMost ? "at most" : "at least"},
              {"passed", check.passed},
              {"reason", check.bound.reason}};
}

}  // namespace digits
