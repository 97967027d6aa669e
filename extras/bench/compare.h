// Compares the compute times of two benchmarks. Pure functions. No Torch in this header.
#pragma once

#include <string>
#include <vector>

#include "bench/bench_document.h"

namespace digits {

constexpr const char* kBenchCompareSchema = "digits.bench_compare/1";

enum class CostVerdict {
  kNotSlower,  // the upper end of the interval is within the tolerance
  kUndecided,  // the value is within the tolerance, the upper end is not
  kSlower,     // the value is above the tolerance
};

// A measure in both documents.
struct CostChange {
  std::string name;
  std::string unit;
  double baseline = 0.0;
  double now = 0.0;
  Quantity change;  // now / baseline - 1: 0.1 is 10 % more; see relative_change
  CostVerdict verdict = CostVerdict::kUndecided;

  std::string verdict_text() const;  // "slower", "not slower", "undecided"; or "larger" in MiB
};

// a / b - 1 with the interval of ratio(): Donner and Zou (2012). [-1, infinity) if one of them is a
// single value of unknown spread.
Quantity relative_change(const Quantity& a, const Quantity& b);

// `tolerance` is the largest accepted change, 0.2 for 20 %. A change equal to it is accepted.
CostVerdict judge_cost(const Quantity& change, double tolerance);

struct BenchComparison {
  double tolerance = 0.0;
  std::vector<CostChange> changes;    // in the baseline's order
  std::vector<std::string> warnings;  // other hardware, undecided measures
};

// Throws input.kind if one document is of training and one of inference, input.not_comparable
// naming the first condition that differs, and input.missing_measure for a measure that only one of
// them has.
BenchComparison compare(const BenchDocument& baseline, const BenchDocument& now, double tolerance);

// Throws gate.compute naming each measure that is slower.
void require_not_slower(const BenchComparison& comparison);

// "+12.3 % [+8.1, +16.0]"; without the interval if its ends are the value; "inf" for infinity.
std::string change_text(const Quantity& change);

// An infinite end of an interval is null.
void to_json(Json& json, const CostChange& change);
void to_json(Json& json, const BenchComparison& comparison);

}  // namespace digits
