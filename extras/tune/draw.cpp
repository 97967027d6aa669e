// Draws the configurations of a search.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "base/rng.h"
#include "pipeline/parse_toml.h"
#include "tune/space.h"

namespace digits {

namespace {

constexpr auto kDrawStream = static_cast<Stream>(1000);  // above those of the core

std::string whole_number(const SearchRange& range, Rng& rng) {
  if (!range.logarithmic) {
    const auto count = static_cast<std::uint32_t>(range.high - range.low) + 1;
    return fmt::format("{}", static_cast<std::int64_t>(range.low) + rng.below(count));
  }
  const double drawn = std::exp(rng.uniform(std::log(range.low), std::log(range.high + 1.0)));
  return fmt::format("{:.0f}", std::clamp(std::floor(drawn), range.low, range.high));
}

std::string fraction(const SearchRange& range, Rng& rng) {
  const double drawn = range.logarithmic
                           ? std::exp(rng.uniform(std::log(range.low), std::log(range.high)))
                           : rng.uniform(range.low, range.high);
  const double rounded = std::stod(fmt::format("{:.4g}", drawn));
  return toml_fraction(std::clamp(rounded, range.low, range.high));
}

std::string value_of(const Dimension& dimension, Rng& rng) {
  if (!dimension.range) {
    return dimension.choices[rng.below(static_cast<std::uint32_t>(dimension.choices.size()))];
  }
  return dimension.range->whole ? whole_number(*dimension.range, rng)
                                : fraction(*dimension.range, rng);
}

}  // namespace

Assignments draw(const Space& space, std::uint64_t seed, std::uint64_t trial) {
  Rng rng(seed, kDrawStream, trial);
  Assignments drawn;
  for (const auto& dimension : space) {
    drawn.push_back(fmt::format("{} = {}", dimension.key, value_of(dimension, rng)));
  }
  return drawn;
}

std::vector<Trial> search_trials(const Space& space, const Config& base, int count) {
  std::vector<Trial> trials{{"0000", {}, std::nullopt, base}};
  for (int k = 1; k <= count; ++k) {
    Trial trial{fmt::format("{:04}", k)};
    trial.changes =
        draw(space, static_cast<std::uint64_t>(base.seed), static_cast<std::uint64_t>(k));
    trial.config = with_changes(base, trial.changes, "trial " + trial.id);
    trials.push_back(std::move(trial));
  }
  return trials;
}

std::string to_text(const Space& space) {
  std::vector<std::string> lines;
  for (const auto& [key, choices, range] : space) {
    lines.push_back(range ? fmt::format("{} = {} to {}, {}{}", key, range->low, range->high,
                                        range->logarithmic ? "log" : "linear",
                                        range->whole ? ", whole" : "")
                          : fmt::format("{} = [{}]", key, fmt::join(choices, ", ")));
  }
  return fmt::format("{}", fmt::join(lines, "\n"));
}

}  // namespace digits
