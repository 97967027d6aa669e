// Parses the rules of a gates file. No Torch in this header.
#pragma once

#include <string>
#include <vector>

namespace digits {

// A bound on one quantity of the evaluation.
struct GateRule {
  std::string metric;  // path in evaluation.json: "accuracy", "per_class/*/recall"
  double bound = 0.0;
  bool at_least = true;  // false: at most
  std::string reason;    // for the author of a rejected model
  // True: the gate is skipped if the data have no such metric; false: that is an error.
  bool if_measured = false;
  // True: the bound comes from handwritten digits. A model of other images that misses it does not
  // fail the gate, which is undecided.
  bool for_digits = false;
};

// The rules for a preset of a TOML document with a [[gate]] table each: metric, at_least or
// at_most, reason, and optionally if_measured and for_digits. A bound is a number, or a table with
// a number per preset; a preset that is not in the table omits the gate. Throws config.syntax, and
// config.gates for any other mistake and when no gate is left; `name` is for messages.
std::vector<GateRule> parse_gates(const std::string& toml, const std::string& preset,
                                  const std::string& name);

}  // namespace digits
