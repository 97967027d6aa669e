#include "pipeline/gates.h"

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

const std::string kKeys[] = {"metric", "at_least", "at_most", "reason", "if_measured"};
constexpr const char* kHint = "configs/gates.toml shows how gates are written";

[[noreturn]] void refuse(const std::string& name, const std::string& what) {
  throw Error("config.gates", fmt::format("{}: {}", name, what), kHint);
}

// Where a mistake is: the file's name, and the gate's metric.
struct Place {
  const std::string& name;
  const std::string& metric;

  [[noreturn]] void refuse(const std::string& what) const {
    digits::refuse(name, fmt::format("{}: {}", metric, what));
  }
};

double parse_number(const toml::node& node, const Place& place) {
  const auto number = node.value<double>();
  if (!number || !node.is_number()) place.refuse("expected a number as at_least or at_most");
  if (!std::isfinite(*number)) {
    place.refuse(fmt::format("bound {}, expected a finite number", *number));
  }
  return *number;
}

// The bound for a preset: one for all, or its own; nothing where others have one alone.
std::optional<double> parse_bound(const toml::node& node, const std::string& preset,
                                  const Place& place) {
  const auto* table = node.as_table();
  if (table == nullptr) return parse_number(node, place);
  std::optional<double> bound;
  for (const auto& [key, value] : *table) {
    const std::string word(key.str());
    if (presets().count(word) == 0) place.refuse(fmt::format("no preset is called {}", word));
    const auto number = parse_number(value, place);
    if (word == preset) bound = number;
  }
  return bound;
}

// Nothing for a gate that leaves the preset out.
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
  const Place place{name, rule.metric};
  const auto* least = table.get("at_least");
  const auto* most = table.get("at_most");
  if ((least == nullptr) == (most == nullptr)) place.refuse("expected either at_least or at_most");
  const auto if_measured = table["if_measured"];
  if (if_measured && !if_measured.is_boolean()) {
    place.refuse("expected true or false as if_measured");
  }
  rule.if_measured = if_measured.value_or(false);
  rule.at_least = least != nullptr;
  const auto bound = parse_bound(rule.at_least ? *least : *most, preset, place);
  if (!bound) return std::nullopt;
  rule.bound = *bound;
  return rule;
}

// What of an interval has to keep the bound.
double conservative_end(const Quantity& quantity, const GateRule& rule) {
  return rule.at_least ? quantity.low : quantity.high;
}

bool worse(const Quantity& a, const Quantity& b, const GateRule& rule) {
  const double x = conservative_end(a, rule);
  const double y = conservative_end(b, rule);
  return rule.at_least ? x < y : x > y;
}

// What an element of a list is called: its name, class or factor, else its number.
std::string name_of(const Json& element, const std::string& number) {
  for (const auto* key : {"name", "class", "factor"}) {
    if (element.is_object() && element.contains(key)) return element.at(key).get<std::string>();
  }
  return number;
}

struct Found {
  std::string metric;
  Quantity quantity;
};

// Adds every quantity that `metric` stands for below `json`; `path` is what leads there.
void find_all(const Json& json, const std::string& metric, const std::string& path,
              std::vector<Found>& found) {
  if (json.is_null()) return;
  if (metric.empty()) {
    found.push_back({path, json_at<Quantity>(json, "", "config")});
    return;
  }
  const auto slash = metric.find('/');
  const auto head = metric.substr(0, slash);
  const auto rest = slash == std::string::npos ? std::string() : metric.substr(slash + 1);
  const auto below = [&](const Json& inner, const std::string& name) {
    find_all(inner, rest, path.empty() ? name : path + "/" + name, found);
  };
  if (head != "*") {
    below(json.at(Json::json_pointer("/" + head)), head);
    return;
  }
  for (const auto& [key, inner] : json.items()) {
    below(inner, name_of(inner, key));
  }
}

std::optional<Gate> judge_one(const Json& evaluation, const GateRule& rule) {
  std::vector<Found> found;
  try {
    find_all(evaluation, rule.metric, "", found);
  } catch (const Json::out_of_range&) {  // a path that leads nowhere
    if (rule.if_measured) return std::nullopt;
    found.clear();
  } catch (const std::exception&) {  // or to no quantity
    found.clear();
  }
  if (found.empty()) {
    refuse("gates",
           fmt::format("metric \"{}\", expected a quantity of evaluation.json", rule.metric));
  }
  const auto worst = std::min_element(
      found.begin(), found.end(),
      [&](const Found& a, const Found& b) { return worse(a.quantity, b.quantity, rule); });
  const double end = conservative_end(worst->quantity, rule);
  const bool passed = rule.at_least ? end >= rule.bound : end <= rule.bound;
  return Gate{rule, worst->metric, worst->quantity, passed};
}

const char* comparison(const GateRule& rule) { return rule.at_least ? "at least" : "at most"; }

}  // namespace

std::vector<GateRule> parse_gates(const std::string& text, const std::string& preset,
                                  const std::string& name) {
  const auto root = parse_toml(text, name);
  const auto* list = root["gate"].as_array();
  if (root.size() != 1 || list == nullptr || !list->is_array_of_tables()) {
    refuse(name, "no list of [[gate]] tables, or more than that, expected it alone");
  }
  std::vector<GateRule> rules;
  for (const auto& node : *list) {
    if (auto rule = parse_rule(*node.as_table(), preset, name)) rules.push_back(std::move(*rule));
  }
  if (rules.empty()) refuse(name, fmt::format("no gate for preset {}, expected one", preset));
  return rules;
}

std::vector<Gate> judge(const Json& evaluation, const std::vector<GateRule>& rules) {
  std::vector<Gate> gates;
  for (const auto& rule : rules) {
    if (auto gate = judge_one(evaluation, rule)) gates.push_back(std::move(*gate));
  }
  return gates;
}

void to_json(Json& json, const Gate& gate) {
  json = Json{{"metric", gate.metric},
              {"observed", gate.observed},
              {gate.rule.at_least ? "at_least" : "at_most", gate.rule.bound},
              {"passed", gate.passed},
              {"reason", gate.rule.reason}};
}

void require_passed(const std::vector<Gate>& gates) {
  std::vector<std::string> failed;
  for (const auto& gate : gates) {
    if (gate.passed) continue;
    failed.push_back(fmt::format("{} {:.4f} [{:.4f}, {:.4f}], n = {}, expected {} {}", gate.metric,
                                 gate.observed.value, gate.observed.low, gate.observed.high,
                                 gate.observed.n, comparison(gate.rule), gate.rule.bound));
  }
  if (failed.empty()) return;
  throw Error("gate.failed", fmt::format("{}", fmt::join(failed, "; ")),
              "each gate says why it is there; while one fails, nothing is packaged");
}

}  // namespace digits
