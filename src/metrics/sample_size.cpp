#include "metrics/sample_size.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace digits {

namespace {

constexpr double kMost = 1e9;  // larger than any set in practice

std::optional<std::size_t> whole(double n) {
  if (!(n <= kMost)) return std::nullopt;  // infinite and NaN are rejected too
  constexpr double kRounding = 1e-9;       // tolerance for an n that should be a whole number
  return static_cast<std::size_t>(std::ceil(n * (1.0 - kRounding)));
}

// Whether the quantity's interval is Wilson's, as from proportion().
bool is_proportion(const Quantity& quantity) {
  const double share = std::clamp(quantity.value, 0.0, 1.0);
  const auto successes = std::lround(share * static_cast<double>(quantity.n));
  const auto same = proportion(static_cast<std::size_t>(successes), quantity.n);
  const auto near = [](double a, double b) { return std::abs(a - b) < 1e-9; };
  return near(same.value, quantity.value) && near(same.low, quantity.low) &&
         near(same.high, quantity.high);
}

// Wilson's interval of the share p ends at the bound b where |p - b| = z sqrt(b (1 - b) / n).
double wilson_size(double p, double bound) {
  constexpr double z = 1.959963984540054;  // 97.5 % point of the normal distribution
  return z * z * bound * (1.0 - bound) / ((p - bound) * (p - bound));
}

}  // namespace

SampleSize needed_sample_size(const Quantity& quantity, double bound, bool at_least) {
  SampleSize needed;
  if (is_proportion(quantity)) {
    needed.exact = true;
    if (bound <= 0.0 || bound >= 1.0) return needed;
    needed.at_best = whole(wilson_size(at_least ? 1.0 : 0.0, bound));
    if (quantity.n > 0) needed.at_this_rate = whole(wilson_size(quantity.value, bound));
    return needed;
  }
  if (quantity.n < 2) return needed;
  const double half = std::abs(quantity.value - (at_least ? quantity.low : quantity.high));
  const double ratio = half / std::abs(quantity.value - bound);
  needed.at_this_rate = whole(static_cast<double>(quantity.n) * ratio * ratio);
  return needed;
}

std::string sample_size_text(const SampleSize& needed, std::size_t n) {
  auto text = fmt::format("{} image{}", n, n == 1 ? "" : "s");
  if (needed.at_best) text += fmt::format(", {} needed for this bound at best", *needed.at_best);
  if (!needed.at_this_rate) return text;
  text += fmt::format(", about {}{} at this rate", *needed.at_this_rate,
                      needed.at_best ? "" : " needed");
  return needed.exact ? text : text + " (if the interval narrows with 1/sqrt(n))";
}

void to_json(Json& json, const SampleSize& needed) {
  const auto number = [](const std::optional<std::size_t>& n) { return n ? Json(*n) : Json(); };
  json = Json{{"at_best", number(needed.at_best)},
              {"at_this_rate", number(needed.at_this_rate)},
              {"exact", needed.exact}};
}

}  // namespace digits
