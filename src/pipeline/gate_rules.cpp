#include "pipeline/gate_rules.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <toml++/toml.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <optional>

#include "base/error.h"
#include "pipeline/parse_toml.h"
#include "pipeline/presets.h"

namespace digits {

namespace {

const std::string kKeys[] = {"metric", "at_least",    "at_most",
                             "reason", "if_measured", "for_digits"};
constexpr const char* kHint = "configs/gates.toml shows how gates are written";

// `place`: the file's name, or this and the gate's metric.
[[noreturn]] void refuse(const std::string& place, const std::string& what) {
  throw Error("config.gates", fmt::format("{}: {}", place, what), kHint);
}

double parse_number(const toml::node& node, const std::string& place) {
  const auto number = node.value<double>();
  if (number && std::isfinite(*number)) return *number;
  refuse(place, number ? fmt::format("bound {}, expected a finite number", *number)
                       : "expected a number as at_least or at_most");
}

// The bound for a preset: one for all presets, or its own; nothing if only other presets have one.
std::optional<double> parse_bound(const toml::node& node, const std::string& preset,
                                  const std::string& place) {
  const auto* table = node.as_table();
  if (table == nullptr) return parse_number(node, place);
  std::optional<double> bound;
  for (const auto& [key, value] : *table) {
    const std::string word(key.str());
    if (presets().count(word) == 0) refuse(place, fmt::format("no preset is called {}", word));
    const auto number = parse_number(value, place);
    if (word == preset) bound = number;
  }
  return bound;
}

bool parse_flag(const toml::table& table, const char* key, const std::string& place) {
  const auto node = table[key];
  if (node && !node.is_boolean()) refuse(place, fmt::format("expected true or false as {}", key));
  return node.value_or(false);
}

// Nothing for a gate that omits the preset.
std::optional<GateRule> parse_rule(const toml::table& table, const std::string& preset,
                                   const std::string& name) {
  for (const auto& [key, value] : table) {
    const auto& word = key.str();
    if (std::count(std::begin(kKeys), std::end(kKeys), std::string(word)) == 0) {
      refuse(name, fmt::format("unknown key {}, expected one of {}", std::string(word),
                               fmt::join(kKeys, ", ")));
    }
  }
  GateRule rule;
  rule.metric = table["metric"].value_or(std::string());
  rule.reason = table["reason"].value_or(std::string());
  if (rule.metric.empty() || rule.reason.empty()) {
    refuse(name,
           fmt::format("metric \"{}\", reason \"{}\", expected both", rule.metric, rule.reason));
  }
  const auto place = fmt::format("{}: {}", name, rule.metric);
  const auto* least = table.get("at_least");
  const auto* most = table.get("at_most");
  if ((least == nullptr) == (most == nullptr)) refuse(place, "expected either at_least or at_most");
  rule.if_measured = parse_flag(table, "if_measured", place);
  rule.for_digits = parse_flag(table, "for_digits", place);
  rule.at_least = least != nullptr;
  const auto bound = parse_bound(rule.at_least ? *least : *most, preset, place);
  if (!bound) return std::nullopt;
  rule.bound = *bound;
  return rule;
}

}  // namespace

std::vector<GateRule> parse_gates(const std::string& text, const std::string& preset,
                                  const std::string& name) {
  const auto root = parse_toml(text, name);
  const auto* list = root["gate"].as_array();
  if (root.size() != 1 || list == nullptr || !list->is_array_of_tables()) {
    refuse(name, "no list of [[gate]] tables, or other keys beside it, expected the list alone");
  }
  std::vector<GateRule> rules;
  for (const auto& node : *list) {
    if (auto rule = parse_rule(*node.as_table(), preset, name)) rules.push_back(std::move(*rule));
  }
  if (rules.empty()) refuse(name, fmt::format("no gate for preset {}, expected one", preset));
  return rules;
}

}  // namespace digits
