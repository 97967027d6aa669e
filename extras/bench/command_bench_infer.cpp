// Runs `digits bench infer`: times a package's answers.
#include <fmt/format.h>

#include <sstream>

#include "base/error.h"
#include "base/files.h"
#include "bench/bench.h"
#include "bench/bench_infer.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/run_request.h"
#include "inference/package.h"
#include "model/device.h"

namespace digits {

namespace {

constexpr std::int64_t kMostImages = 100000;  // in a call: more is a mistake
constexpr std::int64_t kMostCalls = 1000000;

std::vector<std::int64_t> batches_of(const ParsedOptions& parsed) {
  std::vector<std::int64_t> batches;
  std::istringstream sizes(parsed.text("batch"));
  for (std::string word; std::getline(sizes, word, ',');) {
    const auto batch = parse_batch(word);
    if (batch < 1 || batch > kMostImages) {
      throw Error("usage.option",
                  fmt::format("--batch \"{}\", expected 1 to {} images", word, kMostImages),
                  "digits bench infer --batch 1,64,256");
    }
    batches.push_back(batch);
  }
  return batches;
}

// A few calls of a large batch take as long as many of a small one.
std::int64_t calls_of(const ParsedOptions& parsed, std::int64_t batch) {
  if (!parsed.has("calls")) return batch == 1 ? 2000 : 200;
  return parsed.number("calls", 1, kMostCalls);
}

// The device's budgets, each for a timed batch size; none without --budgets.
LatencyBudgets budgets_of(const ParsedOptions& parsed, const std::string& device,
                          const std::vector<std::int64_t>& batches) {
  if (!parsed.has("budgets")) return {};
  const auto file = parsed.text("budgets");
  auto budgets = parse_latency_budgets(read_file(file), file, device);
  require_timed(budgets, batches);
  return budgets;
}

void print_times(const std::vector<CallTimes>& times) {
  fmt::print("{:<16} {:>6} {:>7} {:>11} {:>11} {:>10}\n", "engine", "batch", "calls", "median us",
             "99th us", "images/s");
  for (const auto& one : times) {
    fmt::print("{:<16} {:>6} {:>7} {:>11.1f} {:>11.1f} {:>10.0f}\n", one.engine, one.batch,
               one.calls, one.p50, one.p99, one.images_per_second);
  }
}

CommandOptions bench_infer_options() {
  CommandOptions options(
      "bench infer",
      "Times a package's answers, from bytes to logits: in five rounds, "
      "each with calls of every batch size. Exits with 4 when a median is above its "
      "budget.");
  options.add_model();
  options.text("batch", "images in a call; several sizes are timed in turn", "N,N", "1,64,256");
  options.number("calls",
                 "number of timed calls of each size (default: 2000 of one image, else 200)");
  options.add_engine();
  options.text("budgets",
               "file of the largest medians in milliseconds, by device and batch size, such as "
               "configs/latency.toml",
               "FILE");
  options.add_machine();
  options.text("out", "also write the JSON document to this file", "FILE");
  options.add_json();
  return options;
}

}  // namespace

int command_bench_infer(const Arguments& arguments) {
  auto options = bench_infer_options();
  const auto parsed = options.parse(arguments);
  if (!parsed) return kDone;
  const auto batches = batches_of(*parsed);
  const auto folder = package_of(*parsed);

  const auto config = resolve(config_from(*parsed, Config()));
  const auto budgets = budgets_of(*parsed, config.device, batches);
  const auto package = Package::load(folder, choose_device(config.device), parsed->text("engine"));
  const auto bench =
      bench_infer(package, batches, [&](const auto batch) { return calls_of(*parsed, batch); });
  const auto document = with_schema(kBenchInferSchema, Json{{"times", bench.times},
                                                            {"calibration", bench.calibration},
                                                            {"machine", describe_machine(config)}});
  if (parsed->has("json")) {
    print_json(document);
  } else {
    print_times(bench.times);
  }
  if (parsed->has("out")) write_json(parsed->text("out"), document);
  require_latency(bench.times, budgets);
  return kDone;
}

}  // namespace digits
