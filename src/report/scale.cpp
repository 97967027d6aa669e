#include "report/scale.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace digits {

namespace {

constexpr double kLargest = 1e150;  // beyond, ratios and powers of ten leave the range of double
constexpr double kSmallest = 1e-150;
constexpr double kTolerance = 1e-9;  // of a step: 0.3 / 0.1 is slightly below 3

struct Range {
  double low = 0.0;
  double high = 0.0;
};

// digit * 10^exponent, with digit 1, 2 or 5.
struct Step {
  int digit = 1;
  int exponent = 0;

  double times(std::int64_t i) const {  // exact if a double can represent it
    const double count = static_cast<double>(i) * digit;
    return exponent < 0 ? count / std::pow(10.0, -exponent) : count * std::pow(10.0, exponent);
  }
};

// Heckbert's nicenum(x, round = true).
Step nice_step(double x) {
  const int exponent = static_cast<int>(std::floor(std::log10(x)));
  const double fraction = x / std::pow(10.0, exponent);
  if (fraction < 1.5) return {1, exponent};
  if (fraction < 3.0) return {2, exponent};
  if (fraction < 7.0) return {5, exponent};
  return {1, exponent + 1};
}

// Widens a range of almost equal values; shares stay within [0, 1].
Range widened(Range range, Scale scale) {
  const double size = std::max(std::abs(range.low), std::abs(range.high));
  if (range.high - range.low > std::max(1e-12 * size, kSmallest)) return range;
  if (scale == Scale::kPercent && range.low >= 0.0 && range.high <= 1.0) {
    return {std::max(0.0, range.low - 0.05), std::min(1.0, range.high + 0.05)};
  }
  double margin = size < kSmallest ? 1.0 : 0.1 * size;
  if (scale == Scale::kWhole) margin = std::max(0.5, 1e-6 * size);
  return {range.low - margin, range.high + margin};
}

Range range_of(const AxisOptions& options, const std::vector<double>& values) {
  std::vector<double> shown;
  for (const auto* source : {&values, &options.covers}) {
    std::copy_if(source->begin(), source->end(), std::back_inserter(shown),
                 [&](double value) { return plottable(value, options.scale); });
  }
  const bool log = options.scale == Scale::kLog;
  if (shown.empty()) return {log ? 1.0 : 0.0, log ? 10.0 : 1.0};
  const auto [low, high] = std::minmax_element(shown.begin(), shown.end());
  return log ? Range{*low, *high} : widened({*low, *high}, options.scale);
}

// A tick's label, with the decimals that its step needs.
std::string tick_label(double value, Step step, double size, Scale scale) {
  const bool percent = scale == Scale::kPercent;
  const int exponent = step.exponent + (percent ? 2 : 0);
  const double shown = percent ? 100.0 * value : value;
  const char* unit = percent ? " %" : "";
  if (shown == 0.0) return fmt::format("0{}", unit);
  if (size >= 1e12 || size < 1e-4) {  // enough digits to distinguish two ticks
    const int places = static_cast<int>(std::floor(std::log10(size))) - step.exponent + 1;
    return fmt::format("{:.{}g}{}", shown, std::max(1, places), unit);
  }
  if (exponent >= 5) return fmt::format("{:.{}f}M{}", shown / 1e6, std::max(0, 6 - exponent), unit);
  if (exponent >= 3) return fmt::format("{:.0f}k{}", shown / 1e3, unit);
  return fmt::format("{:.{}f}{}", shown, std::max(0, -exponent), unit);
}

// Ticks at 1, 2, 5 of each decade; over many decades at powers of ten, or at some of them.
Axis log_axis(Range range) {
  const int first = static_cast<int>(std::floor(std::log10(range.low)));
  const int decades = static_cast<int>(std::ceil(std::log10(range.high))) - first;
  const int stride = std::max(1, (decades + 5) / 6);
  std::vector<double> ticks;
  for (int e = first; ticks.empty() || ticks.back() < range.high || ticks.size() < 2; e += stride) {
    ticks.push_back(std::pow(10.0, e));
    if (decades > 3) continue;
    ticks.push_back(2.0 * std::pow(10.0, e));
    ticks.push_back(5.0 * std::pow(10.0, e));
  }
  while (ticks.size() > 2 && ticks[1] <= range.low) ticks.erase(ticks.begin());
  while (ticks.size() > 2 && ticks[ticks.size() - 2] >= range.high) ticks.pop_back();
  Axis axis{ticks.front(), ticks.back(), true, {}};
  for (const double tick : ticks) axis.ticks.push_back({tick, fmt::format("{:g}", tick)});
  return axis;
}

}  // namespace

std::string number_text(double value, Scale scale) {
  if (!std::isfinite(value)) return "–";
  if (scale == Scale::kPercent) return fmt::format("{:.2f} %", 100.0 * value);
  const double size = std::abs(value);
  return size < 1e3 || size >= 1e15 ? fmt::format("{:.4g}", value) : fmt::format("{:.0f}", value);
}

std::string quantity_text(const Quantity& quantity, Scale scale) {
  const bool percent = scale == Scale::kPercent;
  const double factor = percent ? 100.0 : 1.0;
  const double half = factor * (quantity.high - quantity.low) / 2.0;
  if (!std::isfinite(quantity.value)) return "–";
  if (!std::isfinite(half) || half <= 0.0) return number_text(quantity.value, scale);
  const int decimals = std::clamp(1 - static_cast<int>(std::floor(std::log10(half))), 0, 6);
  return fmt::format("{:.{}f}{} [{:.{}f}, {:.{}f}]", factor * quantity.value, decimals,
                     percent ? " %" : "", factor * quantity.low, decimals, factor * quantity.high,
                     decimals);
}

bool plottable(double value, Scale scale) {
  return std::abs(value) < kLargest && (scale != Scale::kLog || value > kSmallest);
}

double Axis::share(double value) const {
  return log ? std::log(value / low) / std::log(high / low) : (value - low) / (high - low);
}

Axis make_axis(const AxisOptions& options, const std::vector<double>& values, int intervals,
               Ends ends) {
  const auto range = range_of(options, values);
  if (options.scale == Scale::kLog) return log_axis(range);
  auto step = nice_step((range.high - range.low) / intervals);
  if (options.scale == Scale::kWhole && step.exponent < 0) step = {};
  const double width = step.times(1);
  const bool loose = ends == Ends::kLoose;
  const double from = range.low / width;
  const double to = range.high / width;
  const auto first = static_cast<std::int64_t>(loose ? std::floor(from + kTolerance)  //
                                                     : std::ceil(from - kTolerance));
  const auto last = static_cast<std::int64_t>(loose ? std::ceil(to - kTolerance)  //
                                                    : std::floor(to + kTolerance));
  Axis axis{range.low, range.high, false, {}};
  if (loose) axis = {step.times(first), step.times(last), false, {}};
  const double size = std::max(std::abs(axis.low), std::abs(axis.high));
  for (auto i = first; i <= last; ++i) {
    const double value = step.times(i);
    axis.ticks.push_back({value, tick_label(value, step, size, options.scale)});
  }
  return axis;
}

}  // namespace digits
