// Event files, read back by a program that shares no code with the writer.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <sstream>

#include "base/files.h"
#include "base/sha256.h"
#include "integration/tiny_run.h"
#include "tensorboard/event_file.h"

namespace digits {
namespace {

namespace fs = std::filesystem;

ProcessResult read_events(const fs::path& folder) {
  return run_process(
      {"python3", source_path("extras/tensorboard/tests/integration/read_events.py"), folder});
}

bool has_python() { return run_process({"python3", "-c", ""}).status == 0; }

// The events of a folder, as the reader prints them.
std::vector<Json> events_in(const fs::path& folder) {
  const auto result = read_events(folder);
  EXPECT_EQ(result.status, 0) << result.err;
  std::vector<Json> events;
  std::istringstream lines(result.out);
  for (std::string line; std::getline(lines, line);) events.push_back(Json::parse(line));
  return events;
}

// tag -> (step, value) in the file's order. A picture's value is its height.
using Curves = std::map<std::string, std::vector<std::pair<int, double>>>;
Curves curves_of(const std::vector<Json>& events) {
  Curves curves;
  for (const auto& event : events) {
    for (const auto& value : event.value("values", Json::array())) {
      curves[value.at("tag")].emplace_back(
          event.at("step").get<int>(),
          value.at(value.contains("scalar") ? "scalar" : "height").get<double>());
    }
  }
  return curves;
}

// One training on the tiny set with event files, shared by the tests that only read it.
const fs::path& watched_run() {
  static const TemporaryDirectory folder;
  static const fs::path run = folder / "run";
  if (fs::exists(run)) return run;
  const auto result =
      call_digits({"train", "--config", "data/fixtures/tiny.toml", "--tensorboard", "--out", run});
  EXPECT_EQ(result.status, 0) << result.err;
  return run;
}

// The file has the version, the start, then every step once and every epoch once, in order and with
// the numbers of the history: 6 epochs of 50 steps.
TEST(Tensorboard, RecordsEveryStepAndEpoch) {
  if (!has_python()) GTEST_SKIP() << "no python3 to read with";
  const auto events = events_in(watched_run() / "tensorboard");
  ASSERT_GE(events.size(), 2U);
  EXPECT_EQ(events[0].at("version"), "brain.Event:2");
  EXPECT_EQ(events[1].at("session"), 1);
  EXPECT_EQ(events[1].at("step"), 1);
  const auto curves = curves_of(events);
  for (const char* tag : {"train/loss", "train/learning_rate"}) {
    const auto& curve = curves.at(tag);
    ASSERT_EQ(curve.size(), 300U) << tag;
    for (int step = 1; step <= 300; ++step) EXPECT_EQ(curve[step - 1].first, step);
  }
  std::istringstream lines(read_file(watched_run() / "history.jsonl"));
  std::size_t epoch = 0;
  for (std::string line; std::getline(lines, line); ++epoch) {
    const auto record = Json::parse(line);
    const auto expect_point = [&](const char* tag, double value) {
      ASSERT_EQ(curves.at(tag).size(), 6U) << tag;
      EXPECT_EQ(curves.at(tag)[epoch].first, 50 * static_cast<int>(epoch + 1));
      EXPECT_NEAR(curves.at(tag)[epoch].second, value, 1e-6 * value) << tag;  // float32
    };
    expect_point("epoch/train_loss", record.at("train_loss"));
    expect_point("epoch/validation_loss", record.at("validation_loss"));
    expect_point("epoch/validation_accuracy", record.at("validation_accuracy").at("value"));
    expect_point("epoch/images_per_second", record.at("images_per_second"));
    expect_point("epoch/images", 4 + 8 * (40 + 4));  // 8 rows of 20 pixels, doubled
    const double rate = record.at("learning_rate");
    EXPECT_NEAR(curves.at("train/learning_rate")[50 * epoch + 49].second, rate, 1e-6 * rate);
  }
  EXPECT_EQ(epoch, 6U);
}

// Event files change nothing: the weights are those of the run without them.
TEST(Tensorboard, LoggingChangesNoResult) {
  const fs::path weights = fs::path("checkpoint") / "best.safetensors";
  EXPECT_EQ(sha256(read_file(watched_run() / weights)),
            sha256(read_file(tiny_run().path() / weights)));
}

// The reader rejects damage: it detects a byte changed anywhere and a truncated record, and accepts
// the unchanged file. A short file shows it: the reader takes a second for a training's.
TEST(Tensorboard, ReaderDetectsDamage) {
  if (!has_python()) GTEST_SKIP() << "no python3 to read with";
  const TemporaryDirectory written;
  {
    EventFile file(written.path(), 1);
    for (const int step : {1, 2, 3}) file.add(step, {{"train/loss", 0.5F}});
  }
  const auto names = files_below(written.path());
  ASSERT_EQ(names.size(), 1U);
  const auto whole = read_file(written / names[0]);
  const auto status_of = [&](const std::string& bytes) {
    const TemporaryDirectory folder;
    write_file(folder / names[0], bytes);
    return read_events(folder.path()).status;
  };
  EXPECT_EQ(status_of(whole), 0);
  EXPECT_EQ(status_of(whole.substr(0, whole.size() - 1)), 1);
  for (const std::size_t at : {std::size_t{0}, std::size_t{9}, std::size_t{14}, whole.size() / 2}) {
    auto damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ 1);
    EXPECT_EQ(status_of(damaged), 1) << at;
  }
}

// A resumed run writes another file, which names its first step. A reader drops the later steps of
// the stopped run. Here the run resumes at step 250, as if the last epoch had not ended.
TEST(Tensorboard, ResumedRunContinuesAtItsStep) {
  if (!has_python()) GTEST_SKIP() << "no python3 to read with";
  const TemporaryDirectory folder;
  const auto run = folder / "run";
  fs::copy(watched_run(), run, fs::copy_options::recursive);
  fs::remove_all(run / "tensorboard");
  ASSERT_TRUE(fs::remove(run / "checkpoint" / "step-00000300.safetensors"));
  const auto result = call_digits({"train", "--resume", run, "--tensorboard"});
  ASSERT_EQ(result.status, 0) << result.err;
  const auto events = events_in(run / "tensorboard");
  ASSERT_GE(events.size(), 2U);
  EXPECT_EQ(events[1].at("session"), 1);
  EXPECT_EQ(events[1].at("step"), 251);
  const auto losses = curves_of(events).at("train/loss");
  const auto before = curves_of(events_in(watched_run() / "tensorboard")).at("train/loss");
  ASSERT_EQ(losses.size(), 50U);
  for (std::size_t i = 0; i < 50; ++i) EXPECT_EQ(losses[i], before[250 + i]);
}

// The events of a training can be read before its end: after the first epoch the file has the
// epoch's mean, and ends with a complete record.
TEST(Tensorboard, CanBeReadDuringTraining) {
  if (!has_python()) GTEST_SKIP() << "no python3 to read with";
  const TemporaryDirectory folder;
  const auto run = folder / "run";
  std::vector<Json> events;
  ProcessOptions options;
  options.interrupt_when = [&] {
    std::error_code ignored;
    if (!fs::exists(run / "history.jsonl", ignored)) return false;
    const auto history = read_file(run / "history.jsonl");
    if (std::count(history.begin(), history.end(), '\n') < 2) return false;
    events = events_in(run / "tensorboard");
    return true;
  };
  const auto result = run_digits(
      {"train", "--config", "data/fixtures/tiny.toml", "--tensorboard", "--out", run}, options);
  EXPECT_GE(curves_of(events)["epoch/train_loss"].size(), 1U);
  EXPECT_GE(curves_of(events)["train/loss"].size(), 50U);
}

// The disk is full at the second epoch's picture: the error is named, and the log ends with a
// complete record.
TEST(Tensorboard, FullDiskLeavesCompleteRecords) {
  if (!has_python()) GTEST_SKIP() << "no python3 to read with";
  const TemporaryDirectory folder;
  ProcessOptions options;
  options.file_size_limit = 150000;
  const auto result = run_digits(
      {"train", "--config", "data/fixtures/tiny.toml", "--tensorboard", "--out", folder / "run"},
      options);
  EXPECT_EQ(result.status, 1);
  EXPECT_THAT(result.err, testing::HasSubstr("disk.full"));
  EXPECT_GE(curves_of(events_in(folder / "run" / "tensorboard"))["train/loss"].size(), 50U);
}

}  // namespace
}  // namespace digits
