// Processes that train together over loopback.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <regex>
#include <string>
#include <thread>
#include <vector>

#include "base/files.h"
#include "base/interrupt.h"
#include "base/log.h"
#include "cli/extras.h"
#include "distributed/gloo_exchange.h"
#include "distributed/tests/support/rank_processes.h"
#include "integration/call_digits.h"
#include "integration/stopped_run.h"
#include "integration/tiny_run.h"
#include "pipeline/pipeline.h"
#include "pipeline/shared_run.h"
#include "support/fake_ranks.h"

namespace digits {

void add_distributed(Extras& extras);  // as the generated list of extras declares it

namespace {

namespace fs = std::filesystem;

using std::chrono::milliseconds;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

// The tiny training with many states, as a file.
fs::path many_states_file(const TemporaryDirectory& folder, int epochs = 5) {
  const auto text =
      std::regex_replace(read_file(fixtures() / "tiny.toml"), std::regex("epochs = 6"),
                         fmt::format("epochs = {}\ncheckpoint_steps = 3\naverage = 0.95", epochs));
  write_file(folder / "config.toml", text);
  return folder / "config.toml";
}

// The identity of the training that one process does for two ranks, in turn.
std::string identity_in_turn(const fs::path& config_file, const fs::path& run) {
  auto config = load_config(config_file, Config());
  config.data.source = fixtures() / "tiny";
  config.gates_file = fixtures() / "tiny_gates.toml";
  const auto codes = FakeWorld(2).run([&](GradientExchange& exchange) {
    if (exchange.rank() > 0) return join_training(exchange);
    RunOptions options;
    options.train_only = true;
    options.exchange = &exchange;
    run_pipeline(resolve(config), run, options);
  });
  EXPECT_THAT(codes, Each(""));
  return training_identity(run);
}

// One of two processes is killed. The other ends with distributed.peer_lost and leaves no partial
// file. Another number of processes is rejected. Two processes that continue give, to the bit, the
// result of one process that takes the two parts of each batch in turn.
TEST(Distributed, ResumesAfterAKilledRankToTheSameBits) {
  const TemporaryDirectory folder;
  const auto run = folder / "run";
  const auto config = many_states_file(folder);
  const auto killed = run_processes(2, {"train", "--config", config, "--out", run},
                                    [&] { return !newest_state(run).empty(); });
  ASSERT_EQ(killed[1].status, 128 + SIGKILL);
  ASSERT_EQ(killed[0].status, 1) << killed[0].err;
  EXPECT_THAT(killed[0].err, HasSubstr("digits: distributed.peer_lost: "));
  for (const auto& name : files_below(run)) EXPECT_THAT(name, Not(HasSubstr(".tmp-")));
  const auto alone = call_digits({"train", "--resume", run});
  EXPECT_EQ(alone.status, kUsage);
  EXPECT_THAT(alone.err, HasSubstr("digits: config.ranks: "));
  for (const auto& result : run_processes(2, {"train", "--resume", run})) {
    EXPECT_EQ(result.status, 0) << result.err;
  }
  EXPECT_EQ(training_identity(run), identity_in_turn(config, folder / "in_turn"));
}

// A stopped rank closes no connection, so that only the heartbeat detects it. Half a minute after
// the first state the test ends an endless wait.
TEST(Distributed, EndsWhenARankIsStopped) {
  const TemporaryDirectory folder;
  const auto port = free_port();
  const std::vector<std::string> arguments{"train", "--config",     many_states_file(folder, 200),
                                           "--out", folder / "run", "--distributed-timeout",
                                           "5"};
  write_program(folder / "stopped.sh", R"(
"$@" & pid=$!
until ls "$RUN"/checkpoint/step-* > /dev/null 2>&1 || ! kill -0 $pid; do sleep 0.05; done
kill -STOP $pid && touch "$RUN.stopped"
until [ -e "$RUN.ended" ]; do sleep 0.05; done
kill -KILL $pid)");
  std::thread rank_1([&] {
    ProcessOptions options;
    options.environment = variables(1, 2, port);
    options.environment["RUN"] = folder / "run";
    options.directory = source_path();
    std::vector<std::string> argv{folder / "stopped.sh", program_path()};
    argv.insert(argv.end(), arguments.begin(), arguments.end());
    run_process(argv, options);
  });
  ProcessOptions options;
  options.environment = variables(0, 2, port);
  auto start = std::chrono::steady_clock::now();
  bool begun = false;
  options.interrupt_when = [&] {
    if (!begun) start = std::chrono::steady_clock::now();
    begun = begun || !newest_state(folder / "run").empty();
    return std::chrono::steady_clock::now() - start > std::chrono::seconds(30);
  };
  options.signal = SIGKILL;
  const auto result = run_digits(arguments, options);
  write_file(folder / "run.ended", "");
  rank_1.join();
  EXPECT_TRUE(fs::exists(folder / "run.stopped"));
  EXPECT_EQ(result.status, 1);
  EXPECT_THAT(result.err, HasSubstr("digits: distributed.peer_lost: "));
}

// A launcher's variables in this process, on a host with the devices 4 and 6. Those of the time
// before come back: a user may hide the GPUs.
class Launched {
 public:
  Launched(int rank, int port) {
    auto launcher = variables(rank, 2, port);
    launcher["CUDA_VISIBLE_DEVICES"] = "4,6";
    for (const auto& [name, value] : launcher) {
      auto& before = before_[name];
      if (const char* const given = std::getenv(name.c_str())) before = given;
      ::setenv(name.c_str(), value.c_str(), 1);
    }
  }
  ~Launched() {
    for (const auto& [name, before] : before_) {
      ::unsetenv(name.c_str());
      if (before) ::setenv(name.c_str(), before->c_str(), 1);
    }
  }
  Launched(const Launched&) = delete;
  Launched& operator=(const Launched&) = delete;

 private:
  std::map<std::string, std::optional<std::string>> before_;
};

// The exchange that the command makes from these variables.
std::unique_ptr<GradientExchange> exchange_of_command() {
  Extras extras;
  add_distributed(extras);
  CommandOptions options("train", "test");
  extras.exchanges.at(0).add_options(options);
  return extras.exchanges.at(0).make(*options.parse({"--distributed"}));
}

// The command takes its rank's device. In the log, the other ranks name themselves, and rank 0 does
// not. (LibTorch may write lines of its own.)
TEST(Distributed, TheCommandIsOneOfTheRanks) {
  for (const int rank : {0, 1}) {
    const auto port = free_port();
    const Launched launched(rank, port);
    std::thread other(
        [&] { connect_ranks(place_of(1 - rank, 2, port), milliseconds(20000))->finish(); });
    testing::internal::CaptureStderr();
    start_logging();
    const auto exchange = exchange_of_command();
    log_info("ready");
    exchange->finish();
    other.join();
    EXPECT_THAT(testing::internal::GetCapturedStderr(),
                HasSubstr(rank == 0 ? "[info] ready\n" : "[info] rank 1: ready\n"));
    EXPECT_EQ(environment_variable("CUDA_VISIBLE_DEVICES"), rank == 0 ? "4" : "6");
  }
  start_logging();  // without a rank
}

// The command's exchange: another rank's end interrupts the work of this process.
TEST(Distributed, TheEndOfARankInterruptsThisProcess) {
  const auto port = free_port();
  const Launched launched(0, port);
  std::thread rank_1([&] {
    connect_ranks(place_of(1, 2, port), milliseconds(20000))->fail({"disk.full", "full", "room"});
  });
  const auto exchange = exchange_of_command();
  for (int i = 0; i < 2000 && !interrupted(); ++i) std::this_thread::sleep_for(milliseconds(10));
  EXPECT_TRUE(interrupted());
  set_interrupted(false);
  EXPECT_EQ(exchange->fail({"interrupted", "stopped", ""}).code(), "disk.full");
  rank_1.join();
}

TEST(Distributed, AllowsAWorldChangeIfAsked) {
  const TemporaryDirectory folder;
  identity_in_turn(many_states_file(folder), folder / "run");
  fs::remove(newest_state(folder / "run"));  // as if stopped before its end
  const auto changed = call_digits({"train", "--resume", folder / "run", "--allow-world-change"});
  EXPECT_EQ(changed.status, 0) << changed.err;
}

// A world of one process gives, to the bit, the run of a process without a launcher.
TEST(Distributed, OneRankEqualsNone) {
  const TemporaryDirectory folder;
  const auto result =
      run_processes(1, {"train", "--config", "data/fixtures/tiny.toml", "--out", folder / "run"});
  ASSERT_EQ(result[0].status, 0) << result[0].err;
  EXPECT_EQ(training_identity(folder / "run"), training_identity(tiny_run().path()));
}

// Rank 0 alone reads the data: its verdict holds for both processes, and neither creates a file.
TEST(Distributed, TheVerdictOfRankZeroHoldsForAll) {
  const TemporaryDirectory folder;
  const auto results = run_processes(2, {"train", "--config", "data/fixtures/tiny.toml", "--data",
                                         folder / "missing", "--out", folder / "run"});
  for (const auto& result : results) {
    EXPECT_EQ(result.status, kBadData);
    EXPECT_THAT(result.err, HasSubstr("digits: input.missing: "));
  }
  EXPECT_THAT(results[1].err, HasSubstr("rank 1: rank 0: "));
  EXPECT_THAT(files_below(folder.path()), ElementsAre());
}

// --distributed insists on a launcher, --no-distributed ignores its variables.
TEST(Distributed, OptionsOverruleTheVariables) {
  const TemporaryDirectory folder;
  const auto refuse = [](std::vector<std::string> arguments, const std::string& code) {
    arguments.insert(arguments.begin(), {"train", "--config", "data/fixtures/tiny.toml"});
    const auto result = call_digits(arguments);
    EXPECT_EQ(result.status, kUsage);
    EXPECT_THAT(result.err, HasSubstr("digits: " + code + ": "));
  };
  refuse({"--distributed"}, "usage.distributed");
  refuse({"--distributed", "--no-distributed"}, "usage.option");
  refuse({"--distributed-timeout", "0"}, "usage.option");
  ::setenv("WORLD_SIZE", "2", 1);
  refuse({}, "usage.distributed");
  const auto alone = call_digits({"train", "--config", "data/fixtures/tiny.toml", "--epochs", "1",
                                  "--out", folder / "run", "--no-distributed"});
  ::unsetenv("WORLD_SIZE");
  EXPECT_EQ(alone.status, 0) << alone.err;
}

}  // namespace
}  // namespace digits
