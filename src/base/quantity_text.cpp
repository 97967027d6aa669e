#include "base/quantity_text.h"

#include <fmt/format.h>

namespace digits {

std::string percent(const Quantity& quantity) {
  return fmt::format("{:.2f} % [{:.2f}, {:.2f}], n = {}", 100.0 * quantity.value,
                     100.0 * quantity.low, 100.0 * quantity.high, quantity.n);
}

std::string number(const Quantity& quantity) {
  return fmt::format("{:.4f} [{:.4f}, {:.4f}]", quantity.value, quantity.low, quantity.high);
}

std::string points(const Quantity& change) {
  return fmt::format("{:+.2f} [{:+.2f}, {:+.2f}]", 100.0 * change.value, 100.0 * change.low,
                     100.0 * change.high);
}

}  // namespace digits
