// Measures the latency of a package on this machine, by batch size. No Torch in this header.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/statistics.h"

namespace digits {

class Package;

constexpr const char* kBenchInferSchema = "digits.bench_infer/2";

// Calls of one size, in microseconds.
struct CallTimes {
  std::string engine;
  std::int64_t batch = 0;  // images in a call
  std::int64_t calls = 0;
  double p50 = 0.0;
  double p99 = 0.0;
  double images_per_second = 0.0;  // at the median
  Spread calibrated;  // over the rounds: a round's median divided by calibration_seconds
};

// Calls of one size, one after the other.
struct CallRound {
  std::vector<double> microseconds;  // not empty
  double calibration_seconds = 0.0;  // of the typical reference loop beside it, above 0
};

// Percentiles of the calls of all rounds: the value at index floor(share * n) of the sorted ones.
// `rounds` must not be empty.
CallTimes summarise_rounds(const std::vector<CallRound>& rounds, std::int64_t batch);

// The number of calls in round `round` (from 0) when `calls` are divided among `rounds`: they
// differ by at most one, and the first rounds have more.
std::int64_t calls_in_round(std::int64_t calls, std::int64_t rounds, std::int64_t round);

struct InferBench {
  std::vector<CallTimes> times;  // one per batch size
  Spread calibration;            // seconds of the reference loop, beside each round of each size
};

// Times calls with random images, from bytes to logits, `calls(batch)` of each batch size after a
// warm-up in which kernels are compiled and caches filled. The calls are divided among five rounds
// (fewer for fewer calls), each with all sizes in turn, and the reference loop is timed before,
// between and after them.
InferBench bench_infer(const Package& package, const std::vector<std::int64_t>& batches,
                       const std::function<std::int64_t(std::int64_t)>& calls);

// The number of images that `word` names; 0 for another text and for a number too large.
std::int64_t parse_batch(const std::string& word);

// The largest allowed median of a call, in microseconds, by batch size.
using LatencyBudgets = std::map<std::int64_t, double>;

// The table `device` of a TOML text such as configs/latency.toml, milliseconds by batch size.
// Throws config.syntax, config.missing_key when it has no such table, config.type and config.value;
// `name` is for messages.
LatencyBudgets parse_latency_budgets(const std::string& toml, const std::string& name,
                                     const std::string& device);

// Throws config.value for a budget of a batch size that is not among the timed `batches`: it would
// never be compared.
void require_timed(const LatencyBudgets& budgets, const std::vector<std::int64_t>& batches);

// Throws gate.latency naming each batch size whose median is above its budget.
void require_latency(const std::vector<CallTimes>& times, const LatencyBudgets& budgets);

void to_json(Json& json, const CallTimes& times);

}  // namespace digits
