// Reads the documents that `digits bench train --out` and `digits bench infer --out` write, for a
// comparison. No Torch in this header.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/json.h"
#include "base/statistics.h"

namespace digits {

// One measured cost, the smaller the better.
struct BenchMeasure {
  std::string name;  // "training", "peak memory", or "torchscript, batch 64"
  std::string unit;  // "loops" of the reference loop, or "MiB"
  Quantity value;    // mean above 0 with a 95 % interval, see mean_of_spread
};

// A name and its value, as text.
using BenchFacts = std::vector<std::pair<std::string, std::string>>;

struct BenchDocument {
  std::string name;                  // of the file
  std::string kind;                  // "digits bench train" or "digits bench infer"
  std::string repetition;            // the values of the spread: "seeds" or "rounds"
  BenchFacts conditions;             // documents are comparable if these are equal
  BenchFacts hardware;               // the calibration cancels a part of a difference in these
  double calibration_seconds = 0.0;  // of the reference loop, median, above 0
  std::vector<BenchMeasure> measures;
};

// The mean of positive values with the 95 % interval of Student's t: "The probable error of a
// mean", Biometrika 6 (1908). Cut off at 0; [0, infinity) for a single value, which has no spread.
Quantity mean_of_spread(const Spread& spread);

// Parses `document`, which was read from the file `name`. A measurement's values are its seconds of
// training or the median of a round of calls, divided by the seconds of the reference loop beside
// it. The peak memory is one value of one process; its interval has no width. Throws input.schema
// for a document of another kind or version, and input.malformed for missing keys, values of
// another type, and times that are not positive and finite.
BenchDocument parse_bench_document(const Json& document, const std::string& name);

}  // namespace digits
