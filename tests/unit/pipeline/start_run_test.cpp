// A stopped run continues with its own configuration and data.
#include "pipeline/start_run.h"

#include <filesystem>
#include <string>

#include "base/log.h"
#include "support/testing.h"

namespace digits {
namespace {

// A run that was stopped before its data were described.
class StoppedRun : public testing::Test {
 protected:
  StoppedRun() {
    config_.threads = 2;
    config_.train.precision = "float32";
    create_run(path_, config_);
  }

  // The text printed when the run continues with this configuration. Sets continued_.
  std::string told(const Config& asked) {
    testing::internal::CaptureStderr();
    start_logging();
    const auto code = error_code([&] { continued_ = open_stopped_run(path_, asked).config; });
    EXPECT_EQ(code, "no error");
    return testing::internal::GetCapturedStderr();
  }

  const TemporaryDirectory folder_;
  const std::filesystem::path path_ = folder_ / "run";
  Config config_;
  Config continued_;  // the run's configuration when it continues
};

// Sums may be rounded differently with another number of threads, so a warning gives both numbers.
TEST_F(StoppedRun, WarnsOfAnotherNumberOfThreads) {
  EXPECT_EQ(told(config_), "");
  EXPECT_EQ(to_toml(continued_), to_toml(config_));
  auto asked = config_;
  asked.threads = 3;
  EXPECT_EQ(told(asked), "[warning] threads.changed: " + path_.string() +
                             ": started with 2 threads, resumed with 3: the result may differ in "
                             "its last bits\n");
  EXPECT_EQ(to_toml(continued_), to_toml(asked));
}

// "auto" stands for the precision that was chosen at the start. Another one is another training.
TEST_F(StoppedRun, KeepsItsPrecision) {
  auto asked = config_;
  asked.train.precision = "auto";
  EXPECT_EQ(told(asked), "");
  EXPECT_EQ(continued_.train.precision, "float32");
  asked.train.precision = "bfloat16";
  expect_error("config.changed", [&] { open_stopped_run(path_, asked); });
}

// The message has the first twelve characters of both fingerprints.
TEST_F(StoppedRun, RejectsAnotherTestSet) {
  const auto run = RunDirectory::open(path_);
  const auto set = random_dataset(4);
  const auto error_for = [&](const std::string& expected) {
    run.write_data(Json{{"test", Json{{"fingerprint", expected}}}});
    return error_of([&] { require_unchanged(run, "test", set); });
  };
  EXPECT_EQ(error_for(fingerprint(set)).code(), "no error");
  const auto error = error_for("0123456789abcdef");
  EXPECT_EQ(error.code(), "data.changed");
  EXPECT_EQ(std::string(error.what()), path_.string() + ": test set with fingerprint " +
                                           fingerprint(set).substr(0, 12) +
                                           ", expected 0123456789ab as in training");
}

}  // namespace
}  // namespace digits
