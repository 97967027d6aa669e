#include "tune/command_ablate.h"

#include <fmt/format.h>

#include "base/error.h"
#include "base/files.h"
#include "cli/output.h"
#include "tune/ablation.h"
#include "tune/run_trials.h"
#include "tune/search_options.h"
#include "tune/train_trial.h"

namespace digits {

namespace {

constexpr const char* kAblateSchema = "digits.ablation/1";
constexpr std::int64_t kMostSeeds = 1000;

CommandOptions ablate_options() {
  CommandOptions options(
      "ablate",
      "Measures the worth of each augmentation and channel: trains the configuration as it is, and "
      "with one change at a time, over several seeds, and compares them on the validation part. "
      "The test set is not used. Without --changes it switches off each augmentation of the "
      "configuration, then all of them, and replaces each of several channels by its mean. After "
      "Ctrl-C the same command continues; with more --seeds it goes on.\nVerdicts: worth: the "
      "accuracy is lower without it; none: a loss of 0.1 points is excluded; undecided: too few "
      "seeds.");
  options.text("changes", "file of other changes, one per line: NAME|KEY = VALUE; KEY = VALUE",
               "FILE");
  options.number("seeds", "number of seeds, from --seed (default: 0) upwards", 3);
  add_search_options(options);
  return options;
}

// The changes of --changes, or those that configuration and set offer.
std::vector<NamedChange> changes_for(const ParsedOptions& parsed, const Config& base,
                                     const Schema& schema) {
  if (parsed.has("changes")) {
    const auto file = parsed.text("changes");
    return parse_changes(read_file(file), file);
  }
  auto changes = default_changes(base, schema.channels);
  if (!changes.empty()) return changes;
  throw Error("config.changes",
              "the configuration has no augmentation and the images one channel, expected "
              "something to remove",
              "choose --preset standard, or name other changes by --changes FILE");
}

void print_ablation(const std::vector<AblationRow>& rows, const std::filesystem::path& out) {
  fmt::print("{}\n", ablation_table(rows));
  print_pairs(
      {{"trials", out.string()},
       {"intervals", fmt::format("95 % each, over n = {} seeds: of 20 useless changes about "
                                 "one excludes 0 by chance",
                                 rows.front().accuracy.n)}});
}

}  // namespace

int command_ablate(const Arguments& arguments) {
  auto options = ablate_options();
  const auto parsed = options.parse(arguments);
  if (!parsed) return kDone;
  const auto seeds = static_cast<int>(parsed->number("seeds", 1, kMostSeeds));
  const std::filesystem::path out = required_text(*parsed, "out", "FOLDER");

  const auto base = base_config(*parsed);
  const auto data = acquire_search_data(base);
  const auto changes = changes_for(*parsed, base, data.train.schema);
  const auto trials = ablation_trials(base, changes, seeds);
  const TrialFolder folder(out, {"ablate", base, data.fingerprint, to_text(changes)});
  const auto results =
      run_trials(trials, folder, [&](const Trial& trial) { return train_trial(data, trial); });
  const auto rows = summarise_ablation(changes, trials, results, seeds);
  if (parsed->has("json")) {
    print_json(with_schema(
        kAblateSchema, {{"rows", rows}, {"data", base.data.source}, {"config", to_toml(base)}}));
  } else {
    print_ablation(rows, out);
  }
  return kDone;
}

}  // namespace digits
