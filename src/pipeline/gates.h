// Judges an evaluation by gates. A model is packaged if none fails. Pure functions. No Torch in
// this header.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/statistics.h"
#include "metrics/sample_size.h"
#include "pipeline/gate_rules.h"

namespace digits {

enum class GateVerdict {
  kPassed,     // the conservative end of the interval keeps the bound
  kUndecided,  // the value keeps it and the interval is too wide; or the value misses it and the
               // interval contains the best value, 0 or 1; or nothing was observed; or the value of
               // other images misses a bound for digits
  kFailed,     // the value misses it
};
const char* to_string(GateVerdict verdict);

// A rule and the quantity that it bounds.
struct Gate {
  GateRule rule;
  std::string metric;  // the rule's, with "*" replaced by the worst place's name or number
  Quantity observed;
  GateVerdict verdict = GateVerdict::kFailed;
  SampleSize needed;       // of an undecided gate whose value keeps the bound
  bool bound_fits = true;  // false: a bound for digits, which these other images miss
};

// Applies each rule to an evaluation, in order. "*" stands for all elements of an array or object,
// and the worst of them decides: a failed one before an undecided one, and among equals the one
// with the worse conservative end. "shows_digits": false in the evaluation says that the images are
// not handwritten digits. null means not measured, and is left out. Throws config.gates for a
// metric that the evaluation lacks or that is not a quantity.
std::vector<Gate> judge(const Json& evaluation, const std::vector<GateRule>& rules);

std::size_t count(const std::vector<Gate>& gates, GateVerdict verdict);

// "29 of 32 passed, 1 failed, 2 undecided"
std::string summary(const std::vector<Gate>& gates);

// A note on an undecided gate (the number of images that it needs, or that its bound does not fit)
// or on a failed one (that its bound is for digits); else empty.
std::string verdict_note(const Gate& gate);

void to_json(Json& json, const Gate& gate);

// Whether undecided gates block packaging: gates.undecided.
enum class Undecided { kWarn, kFail };

bool may_be_packaged(const std::vector<Gate>& gates, Undecided policy);

// Throws gate.failed, with the numbers of failed and undecided gates, unless the model may be
// packaged.
void require_packageable(const std::vector<Gate>& gates, Undecided policy);

}  // namespace digits
