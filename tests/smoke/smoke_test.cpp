// The built program starts, answers, and keeps its latency budget.
#include "smoke/smoke.h"

#include <ATen/ATen.h>
#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <map>

#include "base/files.h"
#include "cli/commands.h"
#include "data/load.h"
#include "inference/package.h"
#include "model/training_state.h"
#include "pipeline/config.h"
#include "synthetic/synthetic.h"

namespace digits {
namespace {

TEST_F(Smoke, RunPrintsAccuracyAndPackage) {
  ASSERT_EQ(run_.status, 0) << run_.err;
  EXPECT_THAT(run_.out, testing::HasSubstr("test accuracy"));
  EXPECT_THAT(run_.out, testing::HasSubstr(package().string()));
}

// Every command prints its help on stdout with status 0. The program is started for the overview
// only, since each start takes LibTorch half a CPU second.
TEST_F(Smoke, EveryCommandHasHelp) {
  const auto overview = run_digits({"--help"});
  EXPECT_EQ(overview.status, 0);
  call_digits({"--version"});   // registers the extras
  const auto all = commands();  // a copy: each call registers them again
  for (const auto& command : all) {
    EXPECT_THAT(overview.out, testing::HasSubstr(command.name));
    const auto help = call_digits({command.name, "--help"});
    EXPECT_EQ(help.status, 0) << command.name;
    EXPECT_THAT(help.out, testing::HasSubstr(std::string("digits ") + command.name));
    EXPECT_THAT(help.out, testing::HasSubstr("--json")) << command.name;
    EXPECT_EQ(help.err, "") << command.name;
  }
}

TEST_F(Smoke, VersionNamesTheLibraries) {
  const auto version = run_digits({"--version"});
  EXPECT_EQ(version.status, 0);
  for (const char* part : {"digits", "libtorch", "opencv", "blas", "device", "cpu_features"}) {
    EXPECT_THAT(version.out, testing::HasSubstr(part));
  }
}

// The committed pictures: all predictions agree with the file names.
TEST_F(Smoke, ReadsTheCommittedPictures) { expect_names_as_labels(fixtures() / "digits", 20); }

// Each bad picture has an error code and no prediction.
TEST_F(Smoke, NamesTheErrorOfABadPicture) {
  const std::map<std::string, std::string> expected{{"blank.jpg", "image.blank"},
                                                    {"oversized.png", "image.too_large"},
                                                    {"text.png", "image.unreadable"},
                                                    {"truncated.jpg", "image.unreadable"}};
  const auto result =
      run_digits({"predict", "--json", "--model", package(), fixtures() / "photos/bad"});
  EXPECT_EQ(result.status, 3);
  EXPECT_EQ(result.out, "");
  for (const auto& [name, code] : expected) {
    const auto path = (fixtures() / "photos/bad" / name).string();
    EXPECT_THAT(result.err, testing::HasSubstr("digits: " + code + ": " + path));
  }
}

// User and system time of the child processes that have ended.
double cpu_seconds_of_children() {
  rusage usage{};
  ::getrusage(RUSAGE_CHILDREN, &usage);
  double seconds = 0.0;
  for (const auto& time : {usage.ru_utime, usage.ru_stime}) {
    seconds += static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
  }
  return seconds;
}

// One picture, from the program's start to its end: most of the time loads libraries, half a CPU
// second. The bound is ten times that.
TEST_F(Smoke, AnswersOnePictureInFewCpuSeconds) {
  const auto before = cpu_seconds_of_children();
  const auto result =
      run_digits({"predict", "--model", package(), fixtures() / "digits" / "7-small.png"});
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_LT(cpu_seconds_of_children() - before, 5.0);
}

// Training and inference on the GPU keep the contract: golden logits are verified on the device.
TEST_F(Smoke, TrainsOnCuda) {
  if (!has_cuda()) GTEST_SKIP() << "no CUDA device seen";
  const auto result = run_digits({"run", "--config", fixtures() / "smoke.toml", "--device", "cuda",
                                  "--out", *folder_ / "cuda"});
  EXPECT_EQ(result.status, 0) << result.err;
}

TrainingState newest_state(const std::filesystem::path& run) {
  return StateFolder(run / "checkpoint").load_newest().value();
}

// The options that the run above does not use: autocast, a stream of augmented batches, averaged
// weights, and resuming from a state that was saved on the device. Weights, moments and average
// equal those of the uninterrupted training, except for the order of sums on a GPU.
TEST_F(Smoke, ResumesOnCuda) {
  if (!has_cuda()) GTEST_SKIP() << "no CUDA device seen";
  auto config = load_config(fixtures() / "smoke.toml", Config());
  config.data.synthetic_train = 2000;
  config.train.precision = "bfloat16";
  config.train.average = 0.9;
  config.train.checkpoint_steps = 7;
  config.augment.rotation = 5.0;
  write_file(*folder_ / "resumed.toml", to_toml(config));
  const auto run = *folder_ / "resumed";
  const auto whole = run_digits(
      {"train", "--config", *folder_ / "resumed.toml", "--device", "cuda", "--out", run});
  ASSERT_EQ(whole.status, 0) << whole.err;
  const auto expected = newest_state(run);
  const auto states = list_folder(run / "checkpoint");
  std::filesystem::remove(
      *std::max_element(states.begin(), states.end()));  // as if killed before the end
  ASSERT_LT(newest_state(run).step, expected.step);
  const auto resumed = run_digits({"train", "--resume", run});
  EXPECT_EQ(resumed.status, 0) << resumed.err;
  EXPECT_THAT(resumed.err, testing::HasSubstr("continuing after step "));
  const auto state = newest_state(run);
  EXPECT_EQ(state.step, expected.step);
  EXPECT_EQ(state.history.size(), static_cast<std::size_t>(config.train.epochs));
  ASSERT_EQ(state.tensors.size(), expected.tensors.size());
  for (const auto& [name, tensor] : expected.tensors) {
    const auto difference = (state.tensors.at(name) - tensor).to(at::kDouble).norm();
    EXPECT_LE(difference.item<double>(), 0.01 * tensor.to(at::kDouble).norm().item<double>())
        << name;
  }
}

}  // namespace
}  // namespace digits
