#include "bench/command_bench.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/quantity_text.h"
#include "bench/bench.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/run_request.h"
#include "pipeline/stages.h"

namespace digits {

namespace {

constexpr std::int64_t kMostSeeds = 1000;

void print_seeds(const TrainBench& bench) {
  const char* row = "{:<6} {:>8} {:>9} {:>11} {:>36} {:>36}\n";
  fmt::print(fmt::runtime(row), "seed", "seconds", "images/s", "best epoch", "validation accuracy",
             "test accuracy");
  for (const auto& one : bench.seeds) {
    fmt::print(fmt::runtime(row), one.seed, fmt::format("{:.2f}", one.training.train_seconds),
               fmt::format("{:.0f}", images_per_second(one.training)), one.best_epoch,
               percent(one.validation_accuracy),
               one.test_accuracy ? percent(*one.test_accuracy) : "-");
  }
}

std::string mean_text(const TrainBench& bench) {
  const auto& mean = bench.mean_accuracy;
  if (mean.n < 2) return fmt::format("{:.2f} %, one seed", 100.0 * mean.value);
  return fmt::format("{} seeds; {:.2f} to {:.2f}, standard deviation {:.2f}", percent(mean),
                     100.0 * bench.accuracy.min, 100.0 * bench.accuracy.max,
                     100.0 * bench.accuracy.stddev);
}

void print_bench(const TrainBench& bench, double target, const Json& machine) {
  print_seeds(bench);
  const auto spread_text = [](const Spread& spread, int places) {
    return fmt::format("median {0:.{4}f}, {1:.{4}f} to {2:.{4}f}, standard deviation {3:.{4}f}",
                       spread.median, spread.min, spread.max, spread.stddev, places);
  };
  const auto& versions = machine.at("versions");
  std::vector<std::pair<std::string, std::string>> rows{
      {fmt::format("mean {} accuracy", bench.measured_on), mean_text(bench)},
      {"seconds of training", spread_text(bench.seconds, 2)},
      {"images/s", spread_text(bench.images_per_second, 0)},
      {"waiting for data", fmt::format("{:.1f} %", 100.0 * bench.wait_share)},
      {"peak memory", mebibytes(bench.peak_memory_bytes)},
      {"machine",
       fmt::format("{}, {} cores, {}", machine.at("cpu").get<std::string>(),
                   machine.at("cores").get<int>(),
                   fmt::join(versions.at("cpu_features").get<std::vector<std::string>>(), " "))},
      {"run on",
       fmt::format("{}, {} threads, {}", machine.at("device").get<std::string>(),
                   machine.at("threads").get<int>(), machine.at("precision").get<std::string>())},
      {"libtorch", fmt::format("{}, {}", versions.at("libtorch").get<std::string>(),
                               versions.at("blas").get<std::string>())},
      {"revision", versions.at("revision").get<std::string>()}};
  if (target > 0.0) {
    rows.emplace_back("target", fmt::format("{:.2f} %: {}", 100.0 * target,
                                            reaches(bench, target) ? "reached" : "missed"));
  }
  fmt::print("\n");
  print_pairs(rows);
}

// `digits bench train`
int bench_train_command(const Arguments& arguments) {
  CommandOptions options("bench train",
                         "Trains with several seeds, one after the other in this process, and "
                         "measures each on the test set once its training has ended; while you "
                         "still choose among configurations, give --validation. Seconds are those "
                         "of the training loop: data in memory, without validation. Exits with 4 "
                         "when the mean accuracy misses --target.");
  options.number("seeds", "number of seeds, from --seed (default: 0) upwards", 3);
  options.text("target", "the mean accuracy to reach, such as 0.99", "SHARE");
  options.flag("validation",
               "do not use the test set: accuracies are those of the validation part");
  options.add_config();
  options.add_training();
  options.text("out", "also write the JSON document to this file", "FILE");
  options.add_json();
  const auto parsed = options.parse(arguments);
  if (!parsed) return kDone;
  const double target = parsed->has("target") ? parsed->share("target") : 0.0;
  const auto seeds = static_cast<int>(parsed->number("seeds", 1, kMostSeeds));

  const auto asked = resolve(config_from(*parsed, preset_config(kDefaultPreset)));
  const auto sets = acquire(asked);
  require_acceptable(validate_sets(sets, asked).findings, severity_of(asked.data.fail_on),
                     asked.data.source);
  const auto config = checked_for_training(sets.train, asked, sets.validation);
  const auto bench = bench_train(sets.train, parsed->has("validation") ? nullptr : &sets.test,
                                 config, seeds, sets.validation);
  const auto machine = describe_machine(config);
  Json json = bench;
  json["target"] =
      target > 0.0 ? Json{{"value", target}, {"reached", reaches(bench, target)}} : Json();
  json["data"] = config.data.source;
  json["config"] = to_toml(config);
  json["machine"] = machine;
  const auto document = with_schema(kBenchTrainSchema, json);
  if (parsed->has("json")) {
    print_json(document);
  } else {
    print_bench(bench, target, machine);
  }
  if (parsed->has("out")) write_json(parsed->text("out"), document);  // last: results are printed
  require_target(bench, target);  // 0 without --target: always reached
  return kDone;
}

const std::vector<Command>& benches() {
  static const std::vector<Command> all{
      {"train", "time to accuracy over several seeds", bench_train_command},
      {"infer", "latency of a package's answers, by batch size", command_bench_infer},
      {"compare", "whether training or answers became slower than a baseline",
       command_bench_compare},
  };
  return all;
}

}  // namespace

int command_bench(const Arguments& arguments) {
  if (arguments.empty() || arguments[0] == "--help" || arguments[0] == "-h") {
    fmt::print(
        "Measures this program on this machine, and compares two measurements. Each command takes "
        "--help and --json.\n\n"
        "Usage: digits bench <command> [options]\n\nCommands:\n");
    print_commands(benches());
    return arguments.empty() ? kUsage : kDone;
  }
  return run_one_of(benches(), arguments, "digits bench");
}

}  // namespace digits
