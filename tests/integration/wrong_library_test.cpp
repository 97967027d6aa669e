// The program with a LibTorch whose convolutions are wrong (tests/support/wrong_convolutions.cpp):
// every command that computes detects it.
#include "base/files.h"
#include "base/json.h"
#include "integration/tiny_run.h"

namespace digits {
namespace {

namespace fs = std::filesystem;

ProcessResult run_on_wrong_library(const std::vector<std::string>& arguments, const char* when) {
  ProcessOptions options;
  options.environment = {{"LD_PRELOAD", DIGITS_WRONG_CONVOLUTIONS}, {"WRONG_CONVOLUTIONS", when}};
  return run_digits(arguments, options);
}

class WrongLibrary : public testing::Test {
 protected:
  void SetUp() override {
#ifdef DIGITS_INSTRUMENTED
    GTEST_SKIP() << "a sanitizer's library has to be loaded first";
#endif
  }
  TemporaryDirectory folder_;
};

// Convolutions are wrong with every setting: training stops, and no folder remains. The error names
// the layer.
TEST_F(WrongLibrary, StopsTraining) {
  const auto result = run_on_wrong_library(
      {"run", "--config", "data/fixtures/tiny.toml", "--out", folder_ / "run"}, "always");
  EXPECT_EQ(result.status, 2);
  EXPECT_THAT(result.err, testing::HasSubstr("digits: device.numerics: conv0 "));
  EXPECT_FALSE(fs::exists(folder_ / "run"));
}

// A valid checkpoint is neither evaluated nor packaged.
TEST_F(WrongLibrary, StopsEvaluationAndPackaging) {
  const auto run = folder_ / "run";
  fs::copy(tiny_run().path(), run, fs::copy_options::recursive);
  fs::remove_all(run / "package");
  for (const char* command : {"evaluate", "package"}) {
    const auto result = run_on_wrong_library({command, run}, "always");
    EXPECT_EQ(result.status, 2) << command;
    EXPECT_THAT(result.err, testing::HasSubstr("digits: device.numerics: conv0 ")) << command;
  }
  EXPECT_FALSE(fs::exists(run / "package"));
  EXPECT_EQ(read_file(run / "evaluation.json"), read_file(tiny_run().path() / "evaluation.json"));
}

// Convolutions are wrong with oneDNN only: the run continues without it, and the run and its
// package record it.
TEST_F(WrongLibrary, IsUsedWithoutOneDnn) {
  const auto run = folder_ / "run";
  const auto result = run_on_wrong_library(
      {"run", "--config", "data/fixtures/tiny.toml", "--out", run}, "with oneDNN");
  ASSERT_EQ(result.status, 0) << result.err;
  EXPECT_THAT(result.err, testing::HasSubstr("device.numerics: conv0 "));
  const auto numerics = Json::parse(read_file(run / "numerics.json"));
  EXPECT_EQ(numerics.at("onednn"), false);
  EXPECT_FALSE(numerics.at("warnings").empty());
  const auto manifest = Json::parse(read_file(run / "package" / "manifest.json"));
  EXPECT_EQ(manifest.at("lineage").at("numerics").at("warnings"), numerics.at("warnings"));
}

}  // namespace
}  // namespace digits
