#include "base/statistics.h"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <numeric>

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

Quantity difference(const Quantity& a, const Quantity& b) {
  const double value = a.value - b.value;
  return {value, value - std::hypot(a.value - a.low, b.high - b.value),
          value + std::hypot(a.high - a.value, b.value - b.low), a.n + b.n};
}

Quantity ratio(const Quantity& a, const Quantity& b) {
  const double product = a.value * b.value;
  const auto root = [&](double end_a, double end_b) {
    const double ends = end_a * (2.0 * a.value - end_a) * end_b * (2.0 * b.value - end_b);
    return std::sqrt(std::max(0.0, product * product - ends));
  };
  // The lower end is rationalised: the published form divides by zero where b.high is 2 b.
  const double low =
      product > 0.0 ? a.low * (2.0 * a.value - a.low) / (product + root(a.low, b.high)) : 0.0;
  const double high = (product + root(a.high, b.low)) / (b.low * (2.0 * b.value - b.low));
  return {a.value / b.value, low, high, a.n + b.n};
}

Spread spread(std::vector<double> values) {
  Spread result;
  result.n = values.size();
  if (values.empty()) return result;
  std::sort(values.begin(), values.end());
  const auto count = static_cast<double>(values.size());
  const auto middle = values.size() / 2;
  result.min = values.front();
  result.max = values.back();
  result.median =
      values.size() % 2 == 1 ? values[middle] : 0.5 * (values[middle - 1] + values[middle]);
  result.mean = std::accumulate(values.begin(), values.end(), 0.0) / count;
  double squares = 0.0;
  for (const double value : values) squares += (value - result.mean) * (value - result.mean);
  if (values.size() > 1) result.stddev = std::sqrt(squares / (count - 1.0));
  return result;
}

Quantity equal_values_interval(double value, double lowest, double highest, std::size_t n) {
  const double unseen = proportion(0, n).high;
  return {value, value - unseen * (value - lowest), value + unseen * (highest - value), n};
}

Quantity mean_within(const std::vector<double>& values, double lowest, double highest) {
  const auto all = spread(values);
  if (all.n < 2) return {all.mean, lowest, highest, all.n};
  if (all.min == all.max) return equal_values_interval(all.mean, lowest, highest, all.n);
  const auto count = static_cast<double>(all.n);
  const double t = boost::math::quantile(boost::math::students_t(count - 1.0), 0.975);
  const double half = t * all.stddev / std::sqrt(count);
  return {all.mean, std::max(lowest, all.mean - half), std::min(highest, all.mean + half), all.n};
}

void to_json(Json& json, const Spread& spread) {
  json = Json{{"median", spread.median}, {"min", spread.min},       {"max", spread.max},
              {"mean", spread.mean},     {"stddev", spread.stddev}, {"n", spread.n}};
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
