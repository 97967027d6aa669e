#include "tune/trial.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>

#include "base/error.h"
#include "pipeline/parse_toml.h"

namespace digits {

namespace {

void require_searchable(const toml::table& changes, const std::string& name) {
  for (const auto& [key, node] : changes) {
    if (key == "network" || key == "train" || key == "augment") continue;
    throw Error("config.space",
                fmt::format("{}: sets {}, expected keys of network, train and augment", name,
                            std::string(key.str())),
                "put it into the base configuration: --config FILE, or an option");
  }
}

std::size_t count_missing(const std::vector<std::uint32_t>& from,
                          const std::vector<std::uint32_t>& in) {
  std::vector<std::uint32_t> missing;
  std::set_difference(from.begin(), from.end(), in.begin(), in.end(), std::back_inserter(missing));
  return missing.size();
}

}  // namespace

std::string changes_text(const Trial& trial) {
  if (trial.is_base()) return "base";
  auto parts = trial.changes;
  if (trial.without_channel) {
    parts.push_back(fmt::format("without channel {}", *trial.without_channel + 1));
  }
  return fmt::format("{}", fmt::join(parts, "; "));
}

Config with_changes(const Config& base, const Assignments& changes, const std::string& name) {
  const auto text = fmt::format("{}", fmt::join(changes, "\n"));
  auto config = parse_config(text, name, base);  // first: it knows the keys
  require_searchable(parse_toml(text, name), name);
  return config;
}

std::vector<std::uint32_t> wrong_images(const std::vector<std::uint8_t>& labels,
                                        const std::vector<std::uint8_t>& predictions) {
  std::vector<std::uint32_t> wrong;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (predictions[i] != labels[i]) wrong.push_back(static_cast<std::uint32_t>(i));
  }
  return wrong;
}

PairedCounts paired_counts(const TrialResult& base, const TrialResult& candidate) {
  PairedCounts counts;
  counts.n = base.accuracy.n;
  counts.lost = count_missing(candidate.mistakes, base.mistakes);
  counts.gained = count_missing(base.mistakes, candidate.mistakes);
  return counts;
}

void to_json(Json& json, const TrialResult& result) {
  json = Json{{"best_epoch", result.best_epoch},
              {"validation_accuracy", result.accuracy},
              {"seconds", result.seconds},
              {"failure", result.failure},
              {"mistakes", result.mistakes}};
}

void from_json(const Json& json, TrialResult& result) {
  json.at("best_epoch").get_to(result.best_epoch);
  json.at("validation_accuracy").get_to(result.accuracy);
  json.at("seconds").get_to(result.seconds);
  json.at("failure").get_to(result.failure);
  json.at("mistakes").get_to(result.mistakes);
}

}  // namespace digits
