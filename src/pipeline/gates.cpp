#include "pipeline/gates.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "base/error.h"

namespace digits {

namespace {

// The end of an interval that has to keep the bound.
double conservative_end(const Quantity& quantity, const GateRule& rule) {
  return rule.at_least ? quantity.low : quantity.high;
}

bool keeps(double value, const GateRule& rule) {
  return rule.at_least ? value >= rule.bound : value <= rule.bound;
}

// Whether the interval reaches the best value. A Wilson interval does so only for a perfect share;
// the interval of the largest difference of many small slices does, as that is never 0 by chance.
bool may_be_perfect(const Quantity& quantity, const GateRule& rule) {
  return rule.at_least ? quantity.high >= 1.0 : quantity.low <= 0.0;
}

GateVerdict verdict_of(const Quantity& quantity, const GateRule& rule) {
  if (keeps(conservative_end(quantity, rule), rule)) return GateVerdict::kPassed;
  if (quantity.n == 0 || keeps(quantity.value, rule)) return GateVerdict::kUndecided;
  return may_be_perfect(quantity, rule) ? GateVerdict::kUndecided : GateVerdict::kFailed;
}

// A failed place is worse than an undecided one, for any width of the latter's interval.
bool worse(const Quantity& a, const Quantity& b, const GateRule& rule) {
  const auto verdict = verdict_of(a, rule);
  const auto other = verdict_of(b, rule);
  if (verdict != other) return verdict > other;
  const double x = conservative_end(a, rule);
  const double y = conservative_end(b, rule);
  return rule.at_least ? x < y : x > y;
}

// The name of an element of a list: its name, class or factor, else its number.
std::string name_of(const Json& element, const std::string& number) {
  for (const auto* key : {"name", "class", "factor"}) {
    if (element.is_object() && element.contains(key)) return element.at(key).get<std::string>();
  }
  return number;
}

struct MatchedQuantity {
  std::string metric;
  Quantity quantity;
};

struct Matches {
  std::vector<MatchedQuantity> found;
  bool any_null = false;  // a value that this set is too small to measure
};

// Adds every quantity below `json` that `metric` matches; `path` is the path to `json`.
void find_all(const Json& json, const std::string& metric, const std::string& path,
              Matches& matches) {
  if (json.is_null()) {
    matches.any_null = true;
    return;
  }
  if (metric.empty()) {
    matches.found.push_back({path, json_at<Quantity>(json, "", "config")});
    return;
  }
  const auto slash = metric.find('/');
  const auto head = metric.substr(0, slash);
  const auto rest = slash == std::string::npos ? std::string() : metric.substr(slash + 1);
  const auto below = [&](const Json& inner, const std::string& name) {
    find_all(inner, rest, path.empty() ? name : path + "/" + name, matches);
  };
  if (head != "*") {
    below(json.at(Json::json_pointer("/" + head)), head);
    return;
  }
  for (const auto& [key, inner] : json.items()) {
    below(inner, name_of(inner, key));
  }
}

Error unknown_metric(const GateRule& rule) {
  return {
      "config.gates",
      fmt::format("gates: metric \"{}\", expected a quantity of evaluation.json", rule.metric),
      "docs/formats.md lists the metrics; a run has its gates in its folder: correct gates.toml "
      "there, then digits run --resume RUN"};
}

// An evaluation of an earlier version does not say so.
bool shows_digits(const Json& evaluation) {
  return !evaluation.contains("shows_digits") ||
         json_at<bool>(evaluation, "/shows_digits", "input");
}

std::optional<Gate> judge_one(const Json& evaluation, const GateRule& rule) {
  Matches matches;
  try {
    find_all(evaluation, rule.metric, "", matches);
  } catch (const Json::out_of_range&) {  // no such path
    if (rule.if_measured) return std::nullopt;
    throw unknown_metric(rule);
  } catch (const std::exception&) {  // no quantity at this path
    throw unknown_metric(rule);
  }
  auto& found = matches.found;
  if (found.empty()) {
    const bool names_several = rule.metric.find('*') != std::string::npos;
    if (!names_several || !matches.any_null) throw unknown_metric(rule);
    found.push_back({rule.metric, proportion(0, 0)});
  }
  const auto worst = std::min_element(found.begin(), found.end(),
                                      [&](const MatchedQuantity& a, const MatchedQuantity& b) {
                                        return worse(a.quantity, b.quantity, rule);
                                      });
  Gate gate{rule, worst->metric, worst->quantity, verdict_of(worst->quantity, rule), {}};
  if (gate.verdict == GateVerdict::kFailed && rule.for_digits && !shows_digits(evaluation)) {
    gate.bound_fits = false;
    gate.verdict = GateVerdict::kUndecided;
  }
  if (gate.verdict == GateVerdict::kUndecided && keeps(gate.observed.value, rule)) {
    gate.needed = needed_sample_size(gate.observed, rule.bound, rule.at_least);
  }
  return gate;
}

const char* hint_for(const std::vector<Gate>& gates) {
  if (count(gates, GateVerdict::kFailed) == 0) {
    return "more test images decide it, or bounds of your own with --gates; or accept it with "
           "gates.undecided = \"warn\"";
  }
  const bool for_digits = std::any_of(gates.begin(), gates.end(), [](const Gate& gate) {
    return gate.verdict == GateVerdict::kFailed && gate.rule.for_digits;
  });
  return for_digits ? "report.html shows the worst mistakes; train longer or on more images; if "
                      "the images are not handwritten digits: digits evaluate RUN "
                      "--no-digit-checks, then digits package RUN"
                    : "report.html shows the worst mistakes; train longer or on more images, or "
                      "give bounds of your own with --gates";
}

}  // namespace

std::vector<Gate> judge(const Json& evaluation, const std::vector<GateRule>& rules) {
  std::vector<Gate> gates;
  for (const auto& rule : rules) {
    if (auto gate = judge_one(evaluation, rule)) gates.push_back(std::move(*gate));
  }
  return gates;
}

std::size_t count(const std::vector<Gate>& gates, GateVerdict verdict) {
  return static_cast<std::size_t>(std::count_if(
      gates.begin(), gates.end(), [&](const Gate& gate) { return gate.verdict == verdict; }));
}

const char* to_string(GateVerdict verdict) {
  switch (verdict) {
    case GateVerdict::kPassed:
      return "passed";
    case GateVerdict::kUndecided:
      return "undecided";
    default:
      return "failed";
  }
}

std::string verdict_note(const Gate& gate) {
  if (gate.verdict == GateVerdict::kUndecided) {
    if (!gate.bound_fits) return "the bound is for handwritten digits: set one for your images";
    if (gate.observed.n == 0) return "too few images to measure it";
    const auto text = sample_size_text(gate.needed, gate.observed.n);
    return keeps(gate.observed.value, gate.rule) ? text : text + ": it may be chance";
  }
  const bool failed = gate.verdict == GateVerdict::kFailed;
  return failed && gate.rule.for_digits ? "the bound is for handwritten digits" : "";
}

std::string summary(const std::vector<Gate>& gates) {
  auto text = fmt::format("{} of {} passed", count(gates, GateVerdict::kPassed), gates.size());
  for (const auto verdict : {GateVerdict::kFailed, GateVerdict::kUndecided}) {
    const auto n = count(gates, verdict);
    if (n > 0) text += fmt::format(", {} {}", n, to_string(verdict));
  }
  return text;
}

void to_json(Json& json, const Gate& gate) {
  json = Json{{"metric", gate.metric},
              {"observed", gate.observed},
              {gate.rule.at_least ? "at_least" : "at_most", gate.rule.bound},
              {"verdict", to_string(gate.verdict)},
              {"reason", gate.rule.reason}};
  if (gate.verdict == GateVerdict::kUndecided) json["needed"] = gate.needed;
  const auto note = verdict_note(gate);
  if (!note.empty()) json["note"] = note;
}

bool may_be_packaged(const std::vector<Gate>& gates, Undecided policy) {
  return count(gates, GateVerdict::kFailed) == 0 &&
         (policy == Undecided::kWarn || count(gates, GateVerdict::kUndecided) == 0);
}

void require_packageable(const std::vector<Gate>& gates, Undecided policy) {
  if (may_be_packaged(gates, policy)) return;
  throw Error("gate.failed", fmt::format("gates: {}; nothing is packaged", summary(gates)),
              hint_for(gates));
}

}  // namespace digits
