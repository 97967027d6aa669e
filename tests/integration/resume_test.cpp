// Runs that are stopped, by every means, and go on as if they had not been.
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <regex>

#include "base/files.h"
#include "base/rng.h"
#include "data/load.h"
#include "integration/tiny_run.h"
#include "model/checkpoint.h"
#include "model/trainer.h"
#include "pipeline/pipeline.h"

namespace digits {
namespace {

namespace fs = std::filesystem;

// The tiny run, half as long, with many states, averaging too.
Config many_states() {
  auto config = load_config(fixtures() / "tiny.toml", Config());
  config.data.source = fixtures() / "tiny";
  config.gates_file = fixtures() / "tiny_gates.toml";
  config.train.epochs = 3;
  config.train.average = 0.95;
  config.train.checkpoint_steps = 5;
  return resolve(config);
}

// A file with the configuration, for the command line.
std::string written(const Config& config, const TemporaryDirectory& folder) {
  write_file(folder / "config.toml", to_toml(config));
  return folder / "config.toml";
}

// The newest training state of a run; empty when there is none.
std::string newest_state(const fs::path& run) {
  std::string newest;
  if (!fs::exists(run / "checkpoint")) return newest;
  for (const auto& path : list_folder(run / "checkpoint")) {
    if (path.filename().string().rfind("step-", 0) == 0) newest = path;
  }
  return newest;
}

// Trains in a process of its own, which is killed after so many microseconds (if not 0); whether
// that came first.
bool train_until_killed(const Config& config, const fs::path& run, useconds_t moment) {
  const pid_t child = ::fork();
  if (child == 0) {
    ::dup2(::open("/dev/null", O_WRONLY), STDERR_FILENO);
    RunOptions options;
    options.resume = RunDirectory::exists(run);
    int status = 1;
    try {
      train_run(config, run, options);
      status = 0;
    } catch (const std::exception&) {
    }
    ::_exit(status);
  }
  if (moment > 0) {
    ::usleep(moment);
    ::kill(child, SIGKILL);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_TRUE(WIFSIGNALED(status) || WEXITSTATUS(status) == 0);
  return WIFSIGNALED(status);
}

// SIGKILL at 25 random moments and more, one or two in each training, until 10 found a state to go
// on from: wherever it strikes, the weights and the history end as those of the training that was
// left alone.
TEST(Resume, KilledAtRandomIsBitIdentical) {
  const TemporaryDirectory folder;
  const auto config = many_states();
  const auto start = std::chrono::steady_clock::now();
  ASSERT_FALSE(train_until_killed(config, folder / "whole", 0));
  const auto length = std::chrono::duration_cast<std::chrono::microseconds>(
      std::chrono::steady_clock::now() - start);
  const auto expected = training_identity(folder / "whole");
  Rng rng(test_seed(), Stream::kTest);
  int kills = 0;
  int in_training = 0;
  for (int training = 0; kills < 25 || in_training < 10; ++training) {
    ASSERT_LT(training, 75) << kills << " kills, " << in_training << " in training";
    const auto run = folder / ("run" + std::to_string(training));
    for (auto times = 1 + rng.below(2); times > 0; --times) {
      const auto moment = 1 + rng.below(static_cast<std::uint32_t>(length.count()));
      if (!train_until_killed(config, run, moment)) break;  // it was done before
      ++kills;
      if (!newest_state(run).empty()) ++in_training;
    }
    ASSERT_FALSE(train_until_killed(config, run, 0));
    EXPECT_EQ(training_identity(run), expected);
    fs::remove_all(run);
  }
}

// The program itself, killed after training, in the middle of packaging, and when all is done: the
// whole run ends as one that was left alone, and nothing of the first try is left over.
TEST(Resume, KilledProgramFinishesTheRun) {
  const auto begins_with = [](const fs::path& folder, const std::string& prefix) {
    return fs::exists(folder) && std::any_of(fs::directory_iterator(folder), {}, [&](auto& entry) {
             return entry.path().filename().string().rfind(prefix, 0) == 0;
           });
  };
  for (const char* sign : {"step-", "evaluation.json", ".package", "package"}) {
    SCOPED_TRACE(sign);
    const TemporaryDirectory folder;
    const auto run = folder / "run";
    ProcessOptions options;
    options.signal = SIGKILL;
    options.interrupt_when = [&] {
      return begins_with(run, sign) || begins_with(run / "checkpoint", sign);
    };
    run_digits({"run", "--config", "data/fixtures/tiny.toml", "--out", run}, options);
    const auto resumed = fork_digits({"run", "--resume", run});
    ASSERT_EQ(resumed.status, 0) << resumed.err;
    EXPECT_THAT(resumed.out, testing::HasSubstr("test accuracy"));
    EXPECT_EQ(identity(run), identity(tiny_run().path()));
    EXPECT_EQ(files_below(run), files_below(tiny_run().path()));
  }
}

// A run that is resumed when all is done is judged once more: with a gate that it fails, having a
// package already does not help.
TEST(Resume, JudgesAFinishedRunAgain) {
  const TemporaryDirectory folder;
  fs::copy(tiny_run().path(), folder / "run", fs::copy_options::recursive);
  write_file(folder / "run" / "gates.toml",
             "[[gate]]\nmetric = \"accuracy\"\nat_least = 0.9999\nreason = \"strict\"\n");
  const auto resumed = fork_digits({"run", "--resume", folder / "run"});
  EXPECT_EQ(resumed.status, 4);
  EXPECT_THAT(resumed.err, testing::HasSubstr("digits: gate.failed: accuracy"));
}

// SIGTERM: status 130, and the command that the hint names goes on when a shell runs it as it
// stands, though there is a space in the path.
TEST(Resume, TerminatedNamesTheCommandThatGoesOn) {
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
  ASSERT_TRUE(std::regex_search(stopped.err, command,
                                std::regex("hint: go on with: (digits train --resume .*)\\)\n$")))
      << stopped.err;
  ProcessOptions shell;
  shell.environment["PATH"] =
      fs::path(DIGITS_PROGRAM).parent_path().string() + ":" + std::getenv("PATH");
  const auto resumed = run_process({"bash", "-c", command[1]}, shell);
  ASSERT_EQ(resumed.status, 0) << resumed.err;
  train_until_killed(config, folder / "whole", 0);
  EXPECT_EQ(training_identity(run), training_identity(folder / "whole"));
}

// A trained run in `folder`/run, whose data are its own to change.
fs::path trained_run(const TemporaryDirectory& folder, const Config& with = many_states()) {
  fs::copy(fixtures() / "tiny", folder / "set");
  auto config = with;
  config.data.source = folder / "set";
  EXPECT_FALSE(train_until_killed(config, folder / "run", 0));
  return folder / "run";
}

// The newest state is damaged: it is named, the one before is used, and the result is the same.
TEST(Resume, PassesOverADamagedState) {
  const TemporaryDirectory folder;
  const auto run = trained_run(folder);
  const auto expected = training_identity(run);
  const auto newest = newest_state(run);
  auto bytes = read_file(newest);
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
  write_file(newest, bytes);
  fs::remove(run / "history.jsonl");  // to see that training really went on
  const auto resumed = fork_digits({"train", "--resume", run});
  ASSERT_EQ(resumed.status, 0) << resumed.err;
  EXPECT_THAT(resumed.err, testing::HasSubstr("[warning] checkpoint.hash: " + newest));
  EXPECT_EQ(training_identity(run), expected);
}

// Another build, library or machine may round otherwise: it goes on, and says so.
TEST(Resume, WarnsOfAnotherProgram) {
  const TemporaryDirectory folder;
  const auto run = trained_run(folder);
  fs::remove(newest_state(run));
  auto state = parse_state(read_file(newest_state(run)), "x");
  ASSERT_THAT(state.versions, testing::HasSubstr("\"libtorch\""));
  EXPECT_THAT(fork_digits({"train", "--resume", run}).err,
              testing::Not(testing::HasSubstr("other_program")));
  state.versions = R"({"libtorch":"0.4"})";
  for (const auto& path : list_folder(run / "checkpoint")) {
    if (path.filename().string().rfind("step-", 0) == 0) fs::remove(path);
  }
  StateFolder(run / "checkpoint").save(state);
  const auto resumed = fork_digits({"train", "--resume", run});
  EXPECT_EQ(resumed.status, 0) << resumed.err;
  EXPECT_THAT(resumed.err, testing::HasSubstr("[warning] checkpoint.other_program: "));
  EXPECT_THAT(resumed.err, testing::HasSubstr("0.4"));
}

// An epoch before the stop was better than any after it will be (accuracy 1, forged): its weights
// stay, untouched.
TEST(Resume, RemembersTheBestEpoch) {
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

TEST(Resume, RefusesWhatItCannotGoOnFrom) {
  const TemporaryDirectory folder;
  const auto run = trained_run(folder);
  const auto expect_status = [&](int status, const std::string& code,
                                 std::vector<std::string> more = {}) {
    more.insert(more.begin(), {"train", "--resume", run});
    const auto result = fork_digits(more);
    EXPECT_EQ(result.status, status);
    EXPECT_THAT(result.err, testing::HasSubstr("digits: " + code + ": "));
    return result.err;
  };
  EXPECT_THAT(expect_status(2, "config.changed", {"--seed", "4", "--data", "elsewhere"}),
              testing::AllOf(testing::HasSubstr("seed is 4, expected 3"),
                             testing::HasSubstr("data.source is 'elsewhere', expected '")));
  // The run's own file was edited, so that only the state knows.
  const auto config = read_file(run / "config.toml");
  write_file(run / "config.toml",
             std::regex_replace(config, std::regex("epochs = 3"), "epochs = 5"));
  EXPECT_THAT(expect_status(2, "config.changed"),
              testing::HasSubstr("train.epochs is 5, expected 3"));
  write_file(run / "config.toml", config);
  // The best epoch's weights are gone, and no later epoch need be better.
  const auto best = read_file(run / "checkpoint" / "best.safetensors");
  fs::remove(run / "checkpoint" / "best.safetensors");
  expect_status(5, "checkpoint.missing");
  write_file(run / "checkpoint" / "best.safetensors", best);
  // All states are damaged.
  for (const auto& path : list_folder(run / "checkpoint")) write_file(path, "damaged");
  expect_status(5, "checkpoint.damaged");
  // One pixel of the training set is another.
  auto set = load_dataset(folder / "set", Part::kTrain);
  set.images[77] = static_cast<std::uint8_t>(set.images[77] ^ 255);
  save_dataset(folder / "set", Part::kTrain, set);
  expect_status(3, "data.changed");
}

// Stopped before it had written anything but its configuration, a run begins anew.
TEST(Resume, WithoutAStateBeginsAnew) {
  const TemporaryDirectory folder;
  const auto config = many_states();
  RunDirectory::create(folder / "run").write_config(config);
  const auto resumed = fork_digits({"train", "--resume", folder / "run"});
  ASSERT_EQ(resumed.status, 0) << resumed.err;
  train_until_killed(config, folder / "whole", 0);
  EXPECT_EQ(training_identity(folder / "run"), training_identity(folder / "whole"));
  EXPECT_EQ(read_file(folder / "run" / "data.json"), read_file(folder / "whole" / "data.json"));
}

// A disk that fills up under a resumed training ends it by its name, and takes nothing away; with
// room again, it goes on.
TEST(Resume, AfterAFullDisk) {
  const TemporaryDirectory folder;
  const auto run = trained_run(folder);
  const auto expected = training_identity(run);
  fs::remove(newest_state(run));  // as if it had been stopped five steps before the end
  const auto newest = newest_state(run);
  const auto bytes = read_file(newest);
  ProcessOptions full;
  full.file_size_limit = static_cast<long>(bytes.size() / 2);
  const auto stopped = run_digits({"train", "--resume", run}, full);
  ASSERT_EQ(stopped.status, 1) << stopped.err;
  EXPECT_THAT(stopped.err, testing::HasSubstr("digits: disk.full: "));
  EXPECT_EQ(newest_state(run), newest);
  EXPECT_EQ(read_file(newest), bytes);
  ASSERT_EQ(fork_digits({"train", "--resume", run}).status, 0);
  EXPECT_EQ(training_identity(run), expected);
}

// Another test set makes another data report and the same model: training was not handed it.
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
