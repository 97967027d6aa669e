// Gates: what a model must show before it is packaged. Pure functions over the evaluation. No Torch
// in this header.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "base/statistics.h"

namespace digits {

// A bound on one of the evaluation's quantities.
struct GateRule {
  std::string metric;  // where it is in evaluation.json: "accuracy", "per_class/*/recall"
  double bound = 0.0;
  bool at_least = true;  // or at most
  std::string reason;    // for the person whose model it stops
  // A metric that this kind of data does not have is no gate; else it is a mistake.
  bool if_measured = false;
};

// The rules for a preset of a TOML document with a [[gate]] table each: metric, at_least or
// at_most, reason, and perhaps if_measured. A bound is a number, or a table of a number per preset;
// a preset that is not in the table leaves the gate out. Throws config.syntax, and config.gates for
// any other mistake and when no gate is left; `name` is for messages.
std::vector<GateRule> parse_gates(const std::string& toml, const std::string& preset,
                                  const std::string& name);

// A rule and what it met. A gate passes only when the conservative end of the interval keeps the
// bound, so that a small or lucky test set does not pass.
struct Gate {
  GateRule rule;
  std::string metric;  // the rule's, with "*" replaced by the worst place's name or number
  Quantity observed;
  bool passed = false;
};

// Each rule applied to an evaluation, in their order. "*" stands for all elements of an array or
// object, and the worst of them decides; null is what was not measured, and is left out. Throws
// config.gates for a metric that the evaluation does not have or that is not a quantity.
std::vector<Gate> judge(const Json& evaluation, const std::vector<GateRule>& rules);

void to_json(Json& json, const Gate& gate);

// Throws gate.failed, naming each gate that did not pass.
void require_passed(const std::vector<Gate>& gates);

}  // namespace digits
