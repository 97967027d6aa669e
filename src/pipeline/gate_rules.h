// The rules of a gates file. No Torch in this header.
#pragma once

#include <string>
#include <vector>

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

}  // namespace digits
