// Measures the latency of a package on this machine, by batch size. No Torch in this header.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/json.h"

namespace digits {

class Package;

constexpr const char* kBenchInferSchema = "digits.bench_infer/1";

// Calls of one size, in microseconds.
struct CallTimes {
  std::string engine;
  std::int64_t batch = 0;  // images in a call
  std::int64_t calls = 0;
  double p50 = 0.0;
  double p99 = 0.0;
  double images_per_second = 0.0;  // at the median
};

// Percentiles of `microseconds`, not empty: the value at index floor(share * n) of the sorted ones.
CallTimes summarise_calls(std::vector<double> microseconds, std::int64_t batch);

// Times `calls` calls with `batch` random images each, from bytes to logits, after a warm-up in
// which kernels are compiled and caches filled.
CallTimes time_calls(const Package& package, std::int64_t batch, std::int64_t calls);

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
