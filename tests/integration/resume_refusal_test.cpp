// A run with invalid state is rejected with an error code, and its files stay.
#include <regex>

#include "base/files.h"
#include "data/load.h"
#include "integration/stopped_run.h"
#include "model/training_state.h"
#include "pipeline/pipeline.h"

namespace digits {
namespace {

namespace fs = std::filesystem;

TEST(Resume, RejectsARunWithInvalidState) {
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
              testing::HasSubstr("seed is 4, expected 3"));
  EXPECT_THAT(expect_status(3, "input.missing", {"--data", "elsewhere"}),
              testing::HasSubstr("add --data DIR"));
  // The run's own file was edited, so only the state has the original configuration.
  const auto config = read_file(run / "config.toml");
  const auto history = read_file(run / "history.jsonl");
  write_file(run / "config.toml",
             std::regex_replace(config, std::regex("epochs = 3"), "epochs = 5"));
  EXPECT_THAT(expect_status(2, "config.changed"),
              testing::HasSubstr("train.epochs is 5, expected 3"));
  write_file(run / "config.toml", config);
  // The weights of the best epoch are missing, and no later epoch may be better.
  const auto best = read_file(run / "checkpoint" / "best.safetensors");
  fs::remove(run / "checkpoint" / "best.safetensors");
  expect_status(5, "checkpoint.missing");
  write_file(run / "checkpoint" / "best.safetensors", best);
  // All states are missing, with or without their folder: the run differs from one that had saved
  // none.
  fs::rename(run / "checkpoint", folder / "kept");
  expect_status(5, "checkpoint.missing");
  ASSERT_FALSE(fs::exists(run / "checkpoint"));  // or it could not be restored
  fs::create_directories(run / "checkpoint");
  fs::copy(folder / "kept" / "best.safetensors", run / "checkpoint");
  expect_status(5, "checkpoint.missing");
  write_file(run / "history.jsonl",
             history.substr(0, history.find('\n') + 1));  // one epoch: trained
  expect_status(5, "checkpoint.missing");
  write_file(run / "history.jsonl", history);
  EXPECT_EQ(read_file(run / "checkpoint" / "best.safetensors"), best);
  fs::remove_all(run / "checkpoint");
  fs::rename(folder / "kept", run / "checkpoint");
  // All states are damaged.
  for (const auto& path : list_folder(run / "checkpoint")) write_file(path, "damaged");
  expect_status(5, "checkpoint.damaged");
  // One pixel of the training set has changed.
  auto set = load_dataset(folder / "set", Part::kTrain);
  set.images[77] = static_cast<std::uint8_t>(set.images[77] ^ 255);
  save_dataset(folder / "set", Part::kTrain, set);
  expect_status(3, "data.changed");
}

// Moved data are recognised by their fingerprints: the run continues with the same result, and
// keeps its own configuration.
TEST(Resume, AcceptsMovedData) {
  const TemporaryDirectory folder;
  const auto run = trained_run(folder);
  const auto expected = training_identity(run);
  const auto config = read_file(run / "config.toml");
  fs::remove(newest_state(run));
  fs::rename(folder / "set", folder / "moved");
  EXPECT_EQ(fork_digits({"train", "--resume", run}).status, 3);
  const auto moved = fork_digits({"train", "--resume", run, "--data", folder / "moved"});
  EXPECT_EQ(moved.status, 0) << moved.err;
  EXPECT_EQ(training_identity(run), expected);
  EXPECT_EQ(read_file(run / "config.toml"), config);
  // Another set at the same path is rejected.
  auto test = load_dataset(folder / "moved", Part::kTest);
  test.images[0] = static_cast<std::uint8_t>(test.images[0] ^ 255);
  save_dataset(folder / "moved", Part::kTest, test);
  const auto other = fork_digits({"train", "--resume", run, "--data", folder / "moved"});
  EXPECT_EQ(other.status, 3);
  EXPECT_THAT(other.err, testing::HasSubstr("digits: data.changed: "));
}

// A run that was stopped after it wrote only its configuration restarts.
TEST(Resume, RestartsWithoutAState) {
  const TemporaryDirectory folder;
  const auto config = many_states();
  RunDirectory::create(folder / "run").write_config(config);
  const auto resumed = fork_digits({"train", "--resume", folder / "run"});
  ASSERT_EQ(resumed.status, 0) << resumed.err;
  EXPECT_THAT(resumed.err, testing::HasSubstr("no training state was saved: starting again\n"));
  train_until_killed(config, folder / "whole", 0);
  EXPECT_EQ(training_identity(folder / "run"), training_identity(folder / "whole"));
  EXPECT_EQ(read_file(folder / "run" / "data.json"), read_file(folder / "whole" / "data.json"));
}

// Another build, library or machine may round differently: the run continues with a warning.
TEST(Resume, WarnsAboutAnotherProgram) {
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

// A disk that becomes full during a resumed training ends it with an error code and deletes
// nothing. With free space the training continues.
TEST(Resume, SucceedsAfterAFullDisk) {
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

}  // namespace
}  // namespace digits
