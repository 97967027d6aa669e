#include "base/statistics.h"

#include <algorithm>
#include <cmath>

namespace digits {

Quantity proportion(std::size_t successes, std::size_t n) {
  if (n == 0) return {0.0, 0.0, 1.0, 0};
  constexpr double z = 1.959963984540054;  // 97.5 % point of the normal distribution
  const auto count = static_cast<double>(n);
  const double p = static_cast<double>(successes) / count;
  const double scale = 1.0 / (1.0 + z * z / count);
  const double centre = scale * (p + z * z / (2.0 * count));
  const double half = scale * z * std::sqrt(p * (1.0 - p) / count + z * z / (4.0 * count * count));
  return {p, std::max(0.0, centre - half), std::min(1.0, centre + half), n};
}

void to_json(Json& json, const Quantity& quantity) {
  json = Json{
      {"value", quantity.value}, {"low", quantity.low}, {"high", quantity.high}, {"n", quantity.n}};
}

void from_json(const Json& json, Quantity& quantity) {
  json.at("value").get_to(quantity.value);
  json.at("low").get_to(quantity.low);
  json.at("high").get_to(quantity.high);
  json.at("n").get_to(quantity.n);
}

}  // namespace digits
