#include "cli/options.h"

#include <map>

#include "base/error.h"
#include "base/files.h"
#include "cli/commands.h"
#include "cli/run_request.h"
#include "pipeline/pipeline.h"
#include "support/option_list.h"
#include "support/testing.h"

namespace digits {
namespace {

// The configuration of `digits test <arguments>`.
Config config_of(const Arguments& arguments) {
  CommandOptions options("test", "for tests");
  options.add_config();
  return config_from(*options.parse(arguments), preset_config("fast"));
}

TEST(Options, FlagsOverrideTheFile) {
  const TemporaryDirectory folder;
  write_file(folder / "c.toml", "seed = 5\nthreads = 3\n");
  const auto config =
      config_of({"--preset", "accurate", "--config", (folder / "c.toml").string(), "--seed", "6"});
  EXPECT_EQ(config.preset, "accurate");
  EXPECT_EQ(config.threads, 3);  // the file overrides the preset
  EXPECT_EQ(config.seed, 6);     // the flag overrides the file
}

TEST(Options, RejectsUnknownWords) {
  expect_error("usage.option", [] { config_of({"--sead", "1"}); });
  expect_error("usage.option", [] { config_of({"--seed"}); });
  expect_error("usage.option", [] { config_of({"--seed", "one"}); });
  expect_error("usage.argument", [] { config_of({"stray"}); });
}

// Both bounds are accepted, and the message names them.
TEST(Options, BoundsAreInclusive) {
  CommandOptions options("test", "for tests");
  options.number("count", "a number", 3);
  const auto parsed = *options.parse({"--count", "7"});
  EXPECT_EQ(parsed.number("count", 7, 9), 7);
  EXPECT_EQ(parsed.number("count", 5, 7), 7);
  expect_error("usage.option", [&] { parsed.number("count", 1, 6); });
  const auto error = error_of([&] { parsed.number("count", 8, 9); });
  EXPECT_STREQ(error.what(), "--count 7, expected 8 to 9");
  EXPECT_EQ(error.hint(), "digits test --help");
}

// Values on the command line are checked like values in a file.
TEST(Options, RejectsInvalidValues) {
  expect_error("config.value", [] { config_of({"--seed", "-1"}); });
  expect_error("config.preset", [] { config_of({"--preset", "slow"}); });
  expect_error("config.value", [] { config_of({"--fail-on", "never"}); });
  EXPECT_EQ(config_of({"--fail-on", "warning"}).data.fail_on, "warning");
}

// A flag sets exactly its number for a set of any size. The other value still depends on the set.
TEST(Options, EpochsAndBatchSizeAreKept) {
  CommandOptions options("test", "for tests");
  options.add_config();
  options.add_training();
  const auto base = preset_config("standard");
  const auto epochs = config_from(*options.parse({"--epochs", "3"}), base).train;
  EXPECT_EQ(epochs.epochs, 3);
  EXPECT_EQ(epochs.min_steps, 0);
  EXPECT_EQ(epochs.max_batch_share, base.train.max_batch_share);
  const auto batch = config_from(*options.parse({"--batch-size", "64"}), base).train;
  EXPECT_EQ(batch.batch_size, 64);
  EXPECT_EQ(batch.max_batch_share, 1.0);
  EXPECT_EQ(batch.min_steps, base.train.min_steps);
}

// File names and option values are not split.
TEST(Options, CommaDoesNotSplitAValue) {
  CommandOptions options("test", "for tests", "FILE...");
  options.text("out", "one value", "FILE");
  const auto parsed = options.parse({"7, page 2.png", ",", "--out", "a,b"});
  EXPECT_THAT(parsed->words("files"), testing::ElementsAre("7, page 2.png", ","));
  EXPECT_EQ(parsed->text("out"), "a,b");
}

// The hint of the error of `digits test <arguments>`, where `test` takes files.
std::string hint_of(const Arguments& arguments) {
  CommandOptions options("test", "for tests", "FILE...");
  options.add_config();
  const auto error = error_of([&] { options.parse(arguments); });
  EXPECT_EQ(error.code(), "usage.option");
  return error.hint();
}

// After -- every word is a file name.
TEST(Options, NamesWithADashFollowADoubleDash) {
  CommandOptions options("test", "for tests", "FILE...");
  const auto parsed = options.parse({"a.png", "--", "-7.png", "--help"});
  EXPECT_THAT(parsed->words("files"), testing::ElementsAre("a.png", "-7.png", "--help"));
}

TEST(Options, MistypedOptionGetsTheNearestName) {
  EXPECT_EQ(hint_of({"--presett", "fast"}), "did you mean --preset?");
  EXPECT_EQ(hint_of({"--sede=1"}), "did you mean --seed?");
  EXPECT_EQ(hint_of({"a.png", "--hepl"}), "did you mean --help?");
  EXPECT_EQ(hint_of({"--nothing-like-it"}), "digits test --help");
  EXPECT_EQ(hint_of({"--seed"}), "digits test --help");  // no value, and no misspelling
}

TEST(Commands, MistypedCommandGetsTheNearestName) {
  const auto hint = [](const std::string& word) {
    const auto error = error_of([&] { run_one_of(commands(), {word}, "digits"); });
    EXPECT_EQ(error.code(), "usage.command");
    return error.hint();
  };
  EXPECT_EQ(hint("rnu"), "did you mean `digits run`?");
  EXPECT_EQ(hint("evalaute"), "did you mean `digits evaluate`?");
  EXPECT_EQ(hint("deploy"), "digits --help");
}

// --model takes a package or a run with one. The error for a run without a package names the next
// step.
TEST(Options, ModelMayBeARun) {
  const TemporaryDirectory folder;
  const auto package = [&](const std::string& model) {
    CommandOptions options("test", "for tests");
    options.add_model();
    return package_of(*options.parse({"--model", model}));
  };
  EXPECT_EQ(package(folder / "package"), folder / "package");
  RunDirectory::create(folder / "run").write_config(Config());
  expect_error("package.missing", [&] { package(folder / "run"); });
  std::filesystem::create_directory(folder / "run" / "package");
  EXPECT_TRUE(std::filesystem::equivalent(package(folder / "run"), folder / "run" / "package"));
  CommandOptions none("test", "for tests");
  none.add_model();
  expect_error("usage.option", [&] { package_of(*none.parse({})); });
}

// Every option for reading files has its key, and overrides the run's configuration.
TEST(Options, SetOptionsAreParsed) {
  const auto plain = config_of({}).data;
  EXPECT_EQ(plain.first_label, 0);
  EXPECT_FALSE(plain.invert);
  EXPECT_FALSE(plain.transpose);
  EXPECT_EQ(plain.size, "");
  const auto data =
      config_of({"--first-label", "1", "--invert", "--transpose", "--size", "28x28"}).data;
  EXPECT_EQ(data.first_label, 1);
  EXPECT_TRUE(data.invert);
  EXPECT_TRUE(data.transpose);
  EXPECT_EQ(data.size, "28x28");
  EXPECT_FALSE(config_of({"--invert", "--invert=false"}).data.invert);
  expect_error("config.value", [] { config_of({"--size", "28"}); });
  expect_error("config.value", [] { config_of({"--first-label", "256"}); });
}

TEST(Options, RequiresPositionals) {
  CommandOptions options("test", "for tests", "RUN");
  const auto none = options.parse({});
  expect_error("usage.argument", [&] { none->word("one run"); });
  const auto two = options.parse({"a", "b"});
  expect_error("usage.argument", [&] { two->word("one run"); });
  EXPECT_EQ(two->words("runs").size(), 2U);
}

RunRequest request(const Arguments& arguments) {
  CommandOptions options("test", "for tests");
  options.add_run();
  return run_request(*options.parse(arguments));
}

// The default preset is `standard`, also for a configuration file without a preset.
TEST(Options, DefaultPresetIsStandard) {
  const TemporaryDirectory folder;
  write_file(folder / "c.toml", "seed = 5\n");
  const auto expected = resolve(preset_config("standard"));
  EXPECT_EQ(to_toml(request({}).config), to_toml(expected));
  EXPECT_EQ(request({"--config", folder / "c.toml"}).config.train.epochs, expected.train.epochs);
  EXPECT_EQ(request({"--preset", "fast"}).config.preset, "fast");
}

// --gates replaces configs/gates.toml.
TEST(Options, GatesOptionNamesTheFile) {
  EXPECT_EQ(request({}).config.gates_file, "");
  EXPECT_EQ(request({"--gates", "own.toml"}).config.gates_file, "own.toml");
}

// Classes named 0 to 9 need not be handwritten digits.
TEST(Options, DigitTestsCanBeDisabled) {
  EXPECT_TRUE(request({}).config.evaluate.digit_tests);
  EXPECT_FALSE(request({"--no-digit-checks"}).config.evaluate.digit_tests);
}

// A run is new or resumed, not both. Only a run can be resumed.
TEST(Options, ResumeUsesTheConfigurationOfTheRun) {
  const TemporaryDirectory folder;
  auto config = resolve(Config());
  config.seed = 77;
  RunDirectory::create(folder / "run").write_config(config);
  const auto resumed = request({"--resume", folder / "run"});
  EXPECT_EQ(to_toml(resumed.config), to_toml(config));
  EXPECT_EQ(resumed.path, folder / "run");
  EXPECT_TRUE(resumed.options.resume);
  EXPECT_FALSE(request({"--out", folder / "other"}).options.resume);
  expect_error("usage.option", [&] { request({"--resume", folder / "run", "--out", "x"}); });
  expect_error("input.missing", [&] { request({"--resume", folder / "none"}); });
}

// The hint is a command that works in a shell. Without a run there is nothing to resume, and other
// errors keep their hints.
TEST(Options, InterruptedRunPrintsTheResumeCommand) {
  const TemporaryDirectory folder;
  RunRequest request;
  request.path = folder / "it's a run";
  request.options.train_only = true;
  const auto hint_of = [&](const char* code) {
    return resumable(Error(code, "message", "hint"), request).hint();
  };
  EXPECT_EQ(hint_of("interrupted"), "hint");
  RunDirectory::create(request.path).write_config(Config());
  EXPECT_EQ(hint_of("train.diverged"), "hint");
  EXPECT_THAT(hint_of("interrupted"),
              testing::StartsWith("continue with: digits train --resume '/"));
  EXPECT_THAT(hint_of("interrupted"), testing::EndsWith("/it'\\''s a run'"));
  request.options.logs = {"curves"};
  EXPECT_THAT(hint_of("interrupted"), testing::EndsWith("' --curves"));
  request.options.train_only = false;
  EXPECT_THAT(hint_of("interrupted"), testing::StartsWith("continue with: digits run --resume "));
}

TEST(Commands, HaveNamesAndSummaries) {
  for (const auto& command : commands()) {
    EXPECT_STRNE(command.name, "");
    EXPECT_STRNE(command.summary, "");
  }
}

// Each command offers these options, with these defaults.
TEST(Commands, OfferTheirOptions) {
  const std::string set = "data DIR, first-label N, invert, transpose, size ROWSxCOLS";
  const std::string machine = "seed N, threads N, device NAME";
  const std::string config =
      "config FILE, preset NAME=standard, " + set + ", fail-on SEVERITY, " + machine;
  const std::string training =
      config +
      ", epochs N, batch-size N, out DIR, gates FILE, no-digit-checks, data-date DAY, private, "
      "resume RUN, json";
  const std::map<std::string, std::string> expected{
      {"run", training},
      {"synth",
       "out DIR, train N=12000, test N=2000, rows N=28, cols N=28, classes N=10, seed N=0, "
       "threads N=0, png, json"},
      {"inspect", config + ", out FILE, sheet FILE.png, json"},
      {"train", training},
      {"evaluate", set + ", photos DIR, no-digit-checks, " + machine + ", json"},
      {"check", "gates FILE, baseline RUN, json"},
      {"report", "data DIR, " + machine + ", json"},
      {"package",
       "repository DIR=models, name NAME, promote, out DIR, data DIR, " + machine + ", json"},
      {"models", "repository DIR=models, keep N=3, json"},
      {"predict", "model DIR, engine NAME=auto, out FILE, shard I/N, one, min-confidence P, " +
                      machine + ", json"},
      {"drift", "model DIR, " + set + ", profile FILE, " + machine + ", json"},
      {"doctor", "json"}};
  std::map<std::string, std::string> offered;
  for (const auto& command : commands()) {
    testing::internal::CaptureStdout();
    EXPECT_EQ(command.run({"--help"}), kDone) << command.name;
    offered[command.name] = option_list(testing::internal::GetCapturedStdout());
  }
  EXPECT_EQ(offered, expected);
}

}  // namespace
}  // namespace digits
