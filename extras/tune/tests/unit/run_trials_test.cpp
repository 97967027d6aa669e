// The runner of trials and its folder, with a trainer that needs no time.
#include "tune/run_trials.h"

#include <unistd.h>

#include "base/error.h"
#include "base/files.h"
#include "base/interrupt.h"
#include "base/json.h"
#include "base/statistics.h"
#include "support/testing.h"
#include "tune/tests/support/log_text.h"

namespace digits {
namespace {

using testing::ElementsAre;

// Four trials: the base, and learning rates of 0.1, 0.2 and 0.3.
std::vector<Trial> four_trials() {
  std::vector<Trial> trials{{"0000"}};
  for (int k = 1; k < 4; ++k) {
    Trial trial{"000" + std::to_string(k), {"train.learning_rate = 0." + std::to_string(k)}};
    trial.config = with_changes(Config(), trial.changes, "trial");
    trials.push_back(trial);
  }
  return trials;
}

SearchIdentity identity() { return {"tune", Config(), "fingerprint", "choices"}; }

// Remembers its calls; the accuracy tells the trials apart.
struct FakeTrainer {
  std::vector<std::string> calls{};
  std::string failing_id{};
  std::string failure_code{};

  TrialResult operator()(const Trial& trial) {
    calls.push_back(trial.id);
    if (trial.id == failing_id) throw Error(failure_code, "the loss is not finite", "a hint");
    const auto wrong = static_cast<std::uint32_t>(trial.id.back() - '0');
    TrialResult result;
    result.best_epoch = 2;
    result.accuracy = proportion(10 - wrong, 10);
    for (std::uint32_t i = 0; i < wrong; ++i) result.mistakes.push_back(2 * i);
    result.seconds = 0.5;
    return result;
  }
};

std::vector<TrialResult> run_in(const std::filesystem::path& path, FakeTrainer& trainer) {
  return run_trials(four_trials(), TrialFolder(path, identity()), std::ref(trainer));
}

// Finished trials are read from the folder, to the last digit.
TEST(RunTrials, TrainsWhatIsMissing) {
  const TemporaryDirectory folder;
  FakeTrainer first, second;
  const auto results = run_in(folder / "search", first);
  EXPECT_THAT(first.calls, ElementsAre("0000", "0001", "0002", "0003"));
  std::filesystem::remove(folder / "search/trials/0002.json");
  const auto resumed = run_in(folder / "search", second);
  EXPECT_THAT(second.calls, ElementsAre("0002"));
  EXPECT_EQ(Json(resumed), Json(results));
  EXPECT_THAT(files_below(folder / "search"),
              ElementsAre(".lock", "search.json", "trials/0000.json", "trials/0001.json",
                          "trials/0002.json", "trials/0003.json"));
}

// A line for each trial that was trained, with its outcome.
TEST(RunTrials, LogsEachTrial) {
  const TemporaryDirectory folder;
  FakeTrainer trainer, idle;
  trainer.failing_id = "0002";
  trainer.failure_code = "train.diverged";
  EXPECT_EQ(log_text([&] { run_in(folder / "search", trainer); }),
            "[info] trial 0000 (1 of 4), base: 100.00 % in 0.5 s\n"
            "[info] trial 0001 (2 of 4), train.learning_rate = 0.1: 90.00 % in 0.5 s\n"
            "[warning] trial 0002: digits: train.diverged: the loss is not finite (hint: a hint)\n"
            "[info] trial 0002 (3 of 4), train.learning_rate = 0.2: train.diverged\n"
            "[info] trial 0003 (4 of 4), train.learning_rate = 0.3: 70.00 % in 0.5 s\n");
  EXPECT_EQ(log_text([&] { run_in(folder / "search", idle); }), "");
}

// A configuration that cannot be trained is a result, which is kept.
TEST(RunTrials, KeepsAFailedTrial) {
  const TemporaryDirectory folder;
  FakeTrainer trainer, idle;
  trainer.failing_id = "0002";
  trainer.failure_code = "train.diverged";
  const auto results = run_in(folder / "search", trainer);
  ASSERT_EQ(results.size(), 4U);
  EXPECT_EQ(results[2].failure, "train.diverged");
  EXPECT_EQ(results[2].accuracy.n, 0U);
  EXPECT_EQ(results[3].failure, "");
  EXPECT_EQ(run_in(folder / "search", idle)[2].failure, "train.diverged");
  EXPECT_TRUE(idle.calls.empty());
}

// Three errors are of the configuration. The result has the error, and neither accuracy nor time.
TEST(RunTrials, KeepsEachErrorOfAConfiguration) {
  for (const char* code : {"train.diverged", "config.train", "config.network"}) {
    const TemporaryDirectory folder;
    FakeTrainer trainer;
    trainer.failing_id = "0002";
    trainer.failure_code = code;
    const auto results = run_in(folder / "search", trainer);
    ASSERT_EQ(results.size(), 4U) << code;
    const Json expected{{"best_epoch", 0},
                        {"validation_accuracy", Quantity{0.0, 0.0, 1.0, 0}},
                        {"seconds", 0.0},
                        {"failure", code},
                        {"mistakes", Json::array()}};
    EXPECT_EQ(Json(results[2]), expected);
  }
}

// Without a base nothing can be compared; other errors are no result either.
TEST(RunTrials, StopsAtOtherErrors) {
  const TemporaryDirectory folder;
  FakeTrainer base, disk;
  base.failing_id = "0000";
  base.failure_code = "train.diverged";
  expect_error("train.diverged", [&] { run_in(folder / "a", base); });
  disk.failing_id = "0002";
  disk.failure_code = "disk.full";
  expect_error("disk.full", [&] { run_in(folder / "b", disk); });
  EXPECT_FALSE(std::filesystem::exists(folder / "b/trials/0002.json"));
}

// After a stop signal in trial 2 the first two trials are on the disk, and the hint continues.
TEST(RunTrials, KeepsFinishedTrialsAfterAnInterrupt) {
  const TemporaryDirectory folder;
  FakeTrainer trainer, rest;
  try {
    run_trials(four_trials(), TrialFolder(folder / "search", identity()), [&](const Trial& trial) {
      auto result = trainer(trial);
      if (trial.id == "0001") set_interrupted(true);
      return result;
    });
    ADD_FAILURE() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), "interrupted");
    EXPECT_THAT(error.what(), testing::HasSubstr("trial 0002, 2 of 4 are finished"));
    EXPECT_THAT(error.hint(), testing::HasSubstr("the same command continues"));
  }
  set_interrupted(false);
  run_in(folder / "search", rest);
  EXPECT_THAT(rest.calls, ElementsAre("0002", "0003"));
}

// A folder belongs to one search: command, data, base configuration with seed, and choices.
TEST(TrialFolder, RefusesAnotherSearch) {
  const TemporaryDirectory folder;
  const auto path = folder / "search";
  const auto open = [&](const SearchIdentity& other) { TrialFolder(path, other); };
  open(identity());
  open(identity());
  auto other = identity();
  other.command = "ablate";
  expect_error("config.changed", [&] { open(other); });
  other = identity();
  other.data = "another";
  expect_error("data.changed", [&] { open(other); });
  other = identity();
  other.base.seed = 1;
  expect_error("config.changed", [&] { open(other); });
  other = identity();
  other.base.train.epochs = 77;
  expect_error("config.changed", [&] { open(other); });
  other = identity();
  other.choices = "others";
  expect_error("config.changed", [&] { open(other); });
}

// A service may run without standard input: then the first file has its number, 0.
TEST(TrialFolder, OpensWithoutStandardInput) {
  const TemporaryDirectory folder;
  const int input = ::dup(STDIN_FILENO);
  ::close(STDIN_FILENO);
  const auto code = error_code([&] { TrialFolder(folder / "search", identity()); });
  if (input >= 0) {
    ::dup2(input, STDIN_FILENO);
    ::close(input);
  }
  EXPECT_EQ(code, "no error");
}

// A process that was killed while it wrote has left a temporary file.
TEST(TrialFolder, RemovesWhatAKilledProcessLeft) {
  const TemporaryDirectory folder;
  const auto path = folder / "search";
  { TrialFolder first(path, identity()); }
  const auto leftover = path / "trials" / ".0001.json.tmp-0123456789abcdef";
  write_file(leftover, "{");
  { TrialFolder second(path, identity()); }
  EXPECT_FALSE(std::filesystem::exists(leftover));
}

// The data may have moved, and another number of threads may train: fingerprints tell the data.
TEST(TrialFolder, AllowsAnotherPlaceAndOtherThreads) {
  const TemporaryDirectory folder;
  auto moved = identity();
  const TrialFolder first(folder / "search", identity());
  first.save(four_trials()[1], {});
  moved.base.data.source = "elsewhere";
  moved.base.threads = 3;
  expect_error("output.busy", [&] { TrialFolder(folder / "search", moved); });
  auto trial = four_trials()[1];
  trial.config.data.source = "elsewhere";
  trial.config.threads = 3;
  EXPECT_TRUE(first.find(trial).has_value());
}

// Files of something else are not mixed with trials, and a damaged or exchanged file is no result.
TEST(TrialFolder, RefusesForeignAndDamagedFiles) {
  const TemporaryDirectory folder;
  write_file(folder / "note.txt", "mine");
  expect_error("output.exists", [&] { TrialFolder(folder.path(), identity()); });
  expect_error("output.exists", [&] { TrialFolder(folder / "note.txt", identity()); });

  const TrialFolder search(folder / "search", identity());
  const auto trials = four_trials();
  search.save(trials[1], {});
  const auto file = folder / "search/trials/0001.json";
  auto other = trials[2];
  other.id = "0001";
  expect_error("config.changed", [&] { search.find(other); });
  other = trials[1];
  other.without_channel = 0;
  expect_error("config.changed", [&] { search.find(other); });
  write_file(file, read_file(file).substr(0, 40));
  expect_error("input.malformed", [&] { search.find(trials[1]); });
  write_file(file, R"({"schema": "digits.trial/9"})");
  expect_error("input.schema", [&] { search.find(trials[1]); });
}

}  // namespace
}  // namespace digits
