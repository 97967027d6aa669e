// Stopped runs that are resumed give the results of runs that were not stopped.
#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <regex>

#include "base/files.h"
#include "base/rng.h"
#include "data/load.h"
#include "integration/stopped_run.h"
#include "model/checkpoint.h"
#include "model/training_state.h"

namespace digits {
namespace {

namespace fs = std::filesystem;

// SIGKILL at random moments, one or two in each training, until five found a state to resume from:
// weights and history equal those of the training without a kill. scripts/kill_resume.sh tries more
// kills.
TEST(Resume, AfterRandomKillsIsBitIdentical) {
  const TemporaryDirectory folder;
  const auto config = many_states();
  const auto start = std::chrono::steady_clock::now();
  ASSERT_FALSE(train_until_killed(config, folder / "whole", 0));
  const auto length = std::chrono::duration_cast<std::chrono::microseconds>(
      std::chrono::steady_clock::now() - start);
  const auto expected = training_identity(folder / "whole");
  Rng rng(test_seed(), Stream::kTest);
  int in_training = 0;
  for (int training = 0; in_training < 5; ++training) {
    ASSERT_LT(training, 100) << in_training << " killed in training";
    const auto run = folder / ("run" + std::to_string(training));
    for (auto times = 1 + rng.below(2); times > 0; --times) {
      const auto moment = 1 + rng.below(static_cast<std::uint32_t>(length.count()));
      if (!train_until_killed(config, run, moment)) break;  // it was done before
      if (!newest_state(run).empty()) ++in_training;
    }
    ASSERT_FALSE(train_until_killed(config, run, 0));
    EXPECT_EQ(training_identity(run), expected);
    fs::remove_all(run);
  }
}

// `digits run`, killed during training, after evaluation, during packaging, and at its end: the
// resumed run equals one without a kill, and no file of the first attempt remains.
TEST(Resume, FinishesARunKilledAtAnyStage) {
  const auto begins_with = [](const fs::path& folder, const std::string& prefix) {
    return fs::exists(folder) && std::any_of(fs::directory_iterator(folder), {}, [&](auto& entry) {
             return entry.path().filename().string().rfind(prefix, 0) == 0;
           });
  };
  for (const char* sign : {"step-", "evaluation.json", ".package", "package"}) {
    SCOPED_TRACE(sign);
    const TemporaryDirectory folder;
    const auto run = folder / "run";
    fork_and_signal({"run", "--config", "data/fixtures/tiny.toml", "--out", run}, SIGKILL, [&] {
      return begins_with(run, sign) || begins_with(run / "checkpoint", sign);
    });
    const auto resumed = fork_digits({"run", "--resume", run});
    ASSERT_EQ(resumed.status, 0) << resumed.err;
    EXPECT_THAT(resumed.out, testing::HasSubstr("test accuracy"));
    EXPECT_EQ(identity(run), identity(tiny_run().path()));
    EXPECT_EQ(files_below(run), files_below(tiny_run().path()));
  }
}

// A finished run that is resumed is checked by its gates again: a failed gate counts although the
// run has a package.
TEST(Resume, ChecksTheGatesOfAFinishedRun) {
  const TemporaryDirectory folder;
  fs::copy(tiny_run().path(), folder / "run", fs::copy_options::recursive);
  write_file(folder / "run" / "gates.toml", kStrictGates);
  const auto resumed = fork_digits({"run", "--resume", folder / "run"});
  EXPECT_EQ(resumed.status, 4);
  EXPECT_THAT(resumed.err, testing::HasSubstr("digits: gate.failed: "));
  EXPECT_THAT(resumed.err, testing::Not(testing::HasSubstr("continuing")));  // no epoch is left
}

// A file with the configuration, for the command line.
std::string written(const Config& config, const TemporaryDirectory& folder) {
  write_file(folder / "config.toml", to_toml(config));
  return folder / "config.toml";
}

// SIGTERM: the status is 130, and the resume command in the hint works in a shell, although the
// path has a space.
TEST(Resume, SigtermPrintsTheResumeCommand) {
  const TemporaryDirectory folder;
  const auto run = folder / "a run";
  auto config = many_states();
  config.train.epochs = 10;  // so that it is not done before the signal arrives
  ProcessOptions options;
  options.signal = SIGTERM;
  options.interrupt_when = [&] { return !newest_state(run).empty(); };
  const auto stopped =
      run_digits({"train", "--config", written(config, folder), "--out", run}, options);
  ASSERT_EQ(stopped.status, 130) << stopped.err;
  std::smatch command;
  ASSERT_TRUE(std::regex_search(
      stopped.err, command, std::regex("hint: continue with: (digits train --resume .*)\\)\n$")))
      << stopped.err;
  ProcessOptions shell;
  shell.environment["PATH"] =
      fs::path(program_path()).parent_path().string() + ":" + std::getenv("PATH");
  const auto resumed = run_process({"bash", "-c", command[1]}, shell);
  ASSERT_EQ(resumed.status, 0) << resumed.err;
  train_until_killed(config, folder / "whole", 0);
  EXPECT_EQ(training_identity(run), training_identity(folder / "whole"));
}

// The newest state is damaged: it is named, the previous one is used, and the result is the same.
TEST(Resume, SkipsADamagedState) {
  const TemporaryDirectory folder;
  const auto run = trained_run(folder);
  const auto expected = training_identity(run);
  const auto newest = newest_state(run);
  auto bytes = read_file(newest);
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
  write_file(newest, bytes);
  fs::remove(run / "history.jsonl");  // to show that training continued
  const auto resumed = fork_digits({"train", "--resume", run});
  ASSERT_EQ(resumed.status, 0) << resumed.err;
  EXPECT_THAT(resumed.err, testing::HasSubstr("[warning] checkpoint.hash: " + newest));
  EXPECT_THAT(resumed.err, testing::ContainsRegex("continuing after step [1-9][0-9]*\n"));
  EXPECT_EQ(training_identity(run), expected);
}

// An epoch before the stop has the best accuracy (1, forged): its weights stay unchanged.
TEST(Resume, KeepsTheBestEpoch) {
  const TemporaryDirectory folder;
  const auto run = trained_run(folder);
  fs::remove(newest_state(run));
  auto state = parse_state(read_file(newest_state(run)), "x");  // five steps before the end
  state.history.back().validation_accuracy = proportion(400, 400);
  StateFolder(run / "checkpoint").save(state);
  const auto best = run / "checkpoint" / "best.safetensors";
  auto checkpoint = load_checkpoint(best);
  checkpoint.info.epoch = 2;
  save_checkpoint(best, checkpoint.network, checkpoint.info);
  const auto expected = read_file(best);
  ASSERT_EQ(fork_digits({"train", "--resume", run}).status, 0);
  EXPECT_EQ(read_file(best), expected);
}

// Another test set changes the data report but not the model, so training does not use it.
TEST(TrainStage, NeverSeesTheTestSet) {
  const TemporaryDirectory folder;
  auto config = many_states();
  config.data.source = fixtures() / "tiny";
  train_until_killed(config, folder / "a", 0);
  fs::copy(fixtures() / "tiny", folder / "set");
  auto test = load_dataset(folder / "set", Part::kTest);
  std::reverse(test.images.begin(), test.images.end());
  std::rotate(test.labels.begin(), test.labels.begin() + 1, test.labels.end());
  save_dataset(folder / "set", Part::kTest, test);
  config.data.source = folder / "set";
  train_until_killed(config, folder / "b", 0);
  EXPECT_NE(read_file(folder / "a" / "data.json"), read_file(folder / "b" / "data.json"));
  EXPECT_EQ(training_identity(folder / "a"), training_identity(folder / "b"));
}

}  // namespace
}  // namespace digits
