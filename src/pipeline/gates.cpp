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

namespace digits {

namespace {

const std::string kKeys[] = {"metric", "at_least", "at_most", "reason", "if_measured"};
constexpr const char* kHint = "configs/gates.toml shows how gates are written";

[[noreturn]] void refuse(const std::string& name, const std::string& what) {
  throw Error("config.gates", fmt::format("{}: {}", name, what), kHint);
}

GateRule parse_rule(const toml::table& table, const std::string& name) {
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
  const auto least = table["at_least"].value<double>();
  const auto most = table["at_most"].value<double>();
  if (least.has_value() == most.has_value()) {
    refuse(name, fmt::format("{}: expected a number as at_least or at_most, and one of them",
                             rule.metric));
  }
  const auto if_measured = table["if_measured"];
  if (if_measured && !if_measured.is_boolean()) {
    refuse(name, rule.metric + ": expected true or false as if_measured");
  }
  rule.if_measured = if_measured.value_or(false);
  rule.at_least = least.has_value();
  rule.bound = rule.at_least ? *least : *most;
  if (!std::isfinite(rule.bound)) {
    refuse(name, fmt::format("{}: bound {}, expected a finite number", rule.metric, rule.bound));
  }
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

std::vector<GateRule> parse_gates(const std::string& text, const std::string& name) {
  const auto root = parse_toml(text, name);
  const auto* list = root["gate"].as_array();
  if (root.size() != 1 || list == nullptr || !list->is_array_of_tables()) {
    refuse(name, "no list of [[gate]] tables, or more than that, expected it alone");
  }
  std::vector<GateRule> rules;
  for (const auto& node : *list) rules.push_back(parse_rule(*node.as_table(), name));
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
