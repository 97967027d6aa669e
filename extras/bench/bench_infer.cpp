#include "bench/bench_infer.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <toml++/toml.h>

#include <algorithm>
#include <charconv>
#include <chrono>

#include "base/error.h"
#include "base/interrupt.h"
#include "base/rng.h"
#include "bench/calibration.h"
#include "inference/package.h"
#include "pipeline/parse_toml.h"

namespace digits {

namespace {

constexpr std::int64_t kRounds = 5;
constexpr std::int64_t kWarmUp = 50;     // calls before the first round of a size
constexpr std::int64_t kNextWarmUp = 5;  // calls before the next rounds: another size ran meanwhile

// Random images: the latency does not depend on their content.
std::vector<std::uint8_t> noise(std::size_t bytes) {
  Rng random(0, Stream::kPerturb);
  std::vector<std::uint8_t> values(bytes);
  for (auto& value : values) value = static_cast<std::uint8_t>(random.below(256));
  return values;
}

[[noreturn]] void refuse(const std::string& code, const std::string& name,
                         const std::string& what) {
  throw Error(code, fmt::format("{}: {}", name, what),
              "configs/latency.toml shows how budgets are written");
}

// The microseconds of `calls` calls with `batch` images each, after `warm_up` calls.
std::vector<double> time_calls(const Package& package, std::int64_t batch, std::int64_t calls,
                               std::int64_t warm_up) {
  const auto count = static_cast<std::size_t>(batch);
  const auto images = noise(count * package.schema().image_bytes());
  std::vector<double> microseconds;
  for (std::int64_t call = -warm_up; call < calls; ++call) {
    throw_if_interrupted("the benchmark");
    const auto start = std::chrono::steady_clock::now();
    package.logits(images.data(), count);
    const std::chrono::duration<double, std::micro> time = std::chrono::steady_clock::now() - start;
    if (call >= 0) microseconds.push_back(time.count());
  }
  return microseconds;
}

// The value at index n / 2 of the sorted values, as p50.
double upper_median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

}  // namespace

CallTimes summarise_rounds(const std::vector<CallRound>& rounds, std::int64_t batch) {
  std::vector<double> all;
  std::vector<double> calibrated;
  for (const auto& round : rounds) {
    all.insert(all.end(), round.microseconds.begin(), round.microseconds.end());
    calibrated.push_back(1e-6 * upper_median(round.microseconds) / round.calibration_seconds);
  }
  std::sort(all.begin(), all.end());
  const auto n = all.size();
  CallTimes times;
  times.batch = batch;
  times.calls = static_cast<std::int64_t>(n);
  times.p50 = all[n / 2];
  times.p99 = all[n * 99 / 100];
  times.images_per_second = static_cast<double>(batch) / times.p50 * 1e6;
  times.calibrated = spread(calibrated);
  return times;
}

std::int64_t calls_in_round(std::int64_t calls, std::int64_t rounds, std::int64_t round) {
  return calls / rounds + (round < calls % rounds ? 1 : 0);
}

InferBench bench_infer(const Package& package, const std::vector<std::int64_t>& batches,
                       const std::function<std::int64_t(std::int64_t)>& calls) {
  std::vector<std::vector<CallRound>> rounds(batches.size());
  std::vector<double> loops;
  Calibration calibration;
  calibration.measure();
  for (std::int64_t round = 0; round < kRounds; ++round) {
    for (std::size_t i = 0; i < batches.size(); ++i) {
      const auto count = calls_in_round(calls(batches[i]), kRounds, round);
      if (count == 0) continue;
      auto times = time_calls(package, batches[i], count, round == 0 ? kWarmUp : kNextWarmUp);
      calibration.measure();
      loops.push_back(calibration.beside().typical);
      rounds[i].push_back({std::move(times), loops.back()});
    }
  }
  InferBench bench;
  for (std::size_t i = 0; i < batches.size(); ++i) {
    bench.times.push_back(summarise_rounds(rounds[i], batches[i]));
    bench.times.back().engine = package.engine();
  }
  bench.calibration = spread(loops);
  return bench;
}

std::int64_t parse_batch(const std::string& word) {
  std::int64_t batch = 0;  // stays 0 where from_chars finds an error
  const auto* const end = word.data() + word.size();
  return std::from_chars(word.data(), end, batch).ptr == end ? batch : 0;
}

LatencyBudgets parse_latency_budgets(const std::string& toml, const std::string& name,
                                     const std::string& device) {
  const auto document = parse_toml(toml, name);
  const auto* const table = document[device].as_table();
  if (table == nullptr) refuse("config.missing_key", name, fmt::format("no table [{}]", device));
  LatencyBudgets budgets;
  for (const auto& [key, value] : *table) {
    const std::string word(key.str());
    const auto batch = parse_batch(word);
    if (batch < 1) {
      refuse("config.value", name, fmt::format("\"{}\", expected a batch size of 1 or more", word));
    }
    const auto milliseconds = value.value<double>();
    if (!milliseconds) {
      refuse("config.type", name, fmt::format("{}.{}: expected milliseconds", device, word));
    }
    if (!(*milliseconds > 0.0)) {  // rejects NaN too
      refuse("config.value", name,
             fmt::format("{}.{}: {} ms, expected more than 0", device, word, *milliseconds));
    }
    budgets[batch] = 1000.0 * *milliseconds;
  }
  if (budgets.empty()) refuse("config.value", name, fmt::format("table [{}] is empty", device));
  return budgets;
}

void require_timed(const LatencyBudgets& budgets, const std::vector<std::int64_t>& batches) {
  for (const auto& [batch, budget] : budgets) {
    if (std::count(batches.begin(), batches.end(), batch) > 0) continue;
    throw Error("config.value",
                fmt::format("a budget for batches of {}, which are not timed", batch),
                "add that size to --batch");
  }
}

void require_latency(const std::vector<CallTimes>& times, const LatencyBudgets& budgets) {
  std::vector<std::string> late;
  for (const auto& one : times) {
    const auto budget = budgets.find(one.batch);
    if (budget == budgets.end() || one.p50 <= budget->second) continue;
    late.push_back(fmt::format("batch {}: {:.1f} us, expected at most {:.1f} us", one.batch,
                               one.p50, budget->second));
  }
  if (late.empty()) return;
  throw Error("gate.latency", fmt::format("{}", fmt::join(late, "; ")),
              "use another engine, or a less busy machine");
}

void to_json(Json& json, const CallTimes& times) {
  json = Json{{"engine", times.engine},        {"batch", times.batch},
              {"calls", times.calls},          {"p50_us", times.p50},
              {"p99_us", times.p99},           {"images_per_second", times.images_per_second},
              {"calibrated", times.calibrated}};
}

}  // namespace digits
