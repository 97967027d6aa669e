#include "tune/command_tune.h"

#include <fmt/format.h>

#include "base/error.h"
#include "base/files.h"
#include "base/printable.h"
#include "cli/output.h"
#include "tune/run_trials.h"
#include "tune/search_options.h"
#include "tune/search_report.h"
#include "tune/space.h"
#include "tune/train_trial.h"

namespace digits {

namespace {

constexpr const char* kTuneSchema = "digits.tune/1";
constexpr std::int64_t kMostTrials = 10000;

CommandOptions tune_options() {
  CommandOptions options(
      "tune",
      "Searches for better hyper-parameters: trains the base configuration (trial 0) and --trials "
      "configurations drawn at random from a space, compares them on the validation part, and "
      "writes the best one to OUT/best.toml for `digits run --config`. The test set is not used. "
      "After Ctrl-C the same command continues; with more --trials it goes on.\nA space is a TOML "
      "file: train.batch_size = [64, 128] is a list to choose from, train.learning_rate = {low = "
      "0.01, high = 0.1, scale = \"log\"} a range.");
  options.text("space", "the space to draw from (TOML)", "FILE");
  options.number("trials", "number of drawn configurations", 20);
  add_search_options(options);
  return options;
}

void print_search(const SearchReport& report, const std::filesystem::path& best_file) {
  fmt::print("{}\n", search_table(report));
  const auto file = shell_word(best_file.string());
  print_pairs({{"result", verdict_text(report)},
               {"best", best_file.string()},
               {"caution", "the best of several trials looks better than it is"},
               {"next", fmt::format("digits run --config {}  # evaluates on the test set", file)}});
}

}  // namespace

int command_tune(const Arguments& arguments) {
  auto options = tune_options();
  const auto parsed = options.parse(arguments);
  if (!parsed) return kDone;
  const auto count = static_cast<int>(parsed->number("trials", 1, kMostTrials));
  const std::filesystem::path out = required_text(*parsed, "out", "FOLDER");
  const auto file = required_text(*parsed, "space", "FILE");

  const auto base = base_config(*parsed);
  const auto space = parse_space(read_file(file), file, base);
  const auto data = acquire_search_data(base);
  const TrialFolder folder(out, {"tune", base, data.fingerprint, to_text(space)});
  const auto trials = search_trials(space, base, count);
  const auto results =
      run_trials(trials, folder, [&](const Trial& trial) { return train_trial(data, trial); });
  const auto report = rank_trials(trials, results);
  const auto best_file = out / "best.toml";
  write_file(best_file, to_toml(report.trials.front().trial.config));
  if (parsed->has("json")) {
    Json json = report;
    json["best"] = best_file.string();
    json["data"] = base.data.source;
    json["config"] = to_toml(base);
    print_json(with_schema(kTuneSchema, json));
  } else {
    print_search(report, best_file);
  }
  return kDone;
}

}  // namespace digits
