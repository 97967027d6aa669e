// `digits bench train`: it measures the result of a run, and programs can read its output.
#include <fmt/format.h>

#include <algorithm>

#include "base/files.h"
#include "integration/tiny_run.h"

namespace digits {
namespace {

namespace fs = std::filesystem;

// The arguments for the tiny set, wherever the program is started.
std::vector<std::string> bench(const std::vector<std::string>& more) {
  std::vector<std::string> all{
      "bench", "train", "--config", fixtures() / "tiny.toml", "--data", fixtures() / "tiny"};
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

// The same data, configuration and seed: the same split, weights and best epoch as `digits train`.
TEST(BenchTrain, AgreesWithTheRun) {
  const auto run = early_best().path();
  const auto evaluation = Json::parse(call_digits({"evaluate", run, "--json"}).out);
  const auto result =
      call_digits(bench({"--seed", std::to_string(early_best().seed), "--seeds", "1", "--json"}));
  ASSERT_EQ(result.status, 0) << result.err;
  const auto seed = Json::parse(result.out).at("seeds").at(0);
  EXPECT_EQ(seed.at("best_epoch"), early_best().best_epoch);
  EXPECT_EQ(seed.at("validation_accuracy").at("value"), early_best().best_accuracy);
  EXPECT_EQ(seed.at("test_accuracy"), evaluation.at("accuracy"));
}

// With --validation the benchmark does not use the test set. It names the part that the accuracies
// are measured on, and the target applies to them.
TEST(BenchTrain, DoesNotUseTheTestSet) {
  const auto json = Json::parse(call_digits(bench({"--seeds", "1", "--validation", "--json"})).out);
  EXPECT_EQ(json.at("measured_on"), "validation");
  EXPECT_TRUE(json.at("seeds").at(0).at("test_accuracy").is_null());
  EXPECT_TRUE(json.at("target").is_null());
  EXPECT_EQ(json.at("mean_accuracy").at("value"),
            json.at("seeds").at(0).at("validation_accuracy").at("value"));
  const auto missed = call_digits(bench({"--seeds", "1", "--validation", "--target", "1"}));
  EXPECT_EQ(missed.status, 4);
  EXPECT_THAT(missed.out, testing::HasSubstr("mean validation accuracy"));
  EXPECT_THAT(missed.err, testing::HasSubstr("gate.target: mean validation accuracy"));
}

// The command prints one JSON object and writes the same object to the requested file. It writes no
// other file and no run directory.
TEST(BenchTrain, WritesOnlyTheRequestedFile) {
  const TemporaryDirectory folder;
  ProcessOptions options;
  options.directory = folder.path();
  const auto result = run_digits(
      bench({"--seeds", "2", "--target", "0.5", "--json", "--out", "bench.json"}), options);
  ASSERT_EQ(result.status, 0) << result.err;
  EXPECT_THAT(files_below(folder.path()), testing::ElementsAre("bench.json"));
  const auto json = Json::parse(result.out);
  EXPECT_EQ(json, Json::parse(read_file(folder / "bench.json")));
  EXPECT_EQ(json.at("schema"), "digits.bench_train/2");
  EXPECT_EQ(json.at("seeds").size(), 2U);
  EXPECT_EQ(json.at("seeds").at(1).at("seed"), 4);  // after the configuration's 3
  EXPECT_EQ(json.at("seeds").at(1).at("test_accuracy").at("n"), 200);
  EXPECT_EQ(json.at("mean_accuracy").at("n"), 2);
  EXPECT_EQ(json.at("seconds").at("n"), 2);
  EXPECT_TRUE(json.at("target").at("reached").get<bool>());
  EXPECT_EQ(json.at("machine").at("threads"), 1);
  EXPECT_THAT(json.at("config").get<std::string>(), testing::HasSubstr("epochs = 6"));
}

// After a missed target the table is printed, and the exit status is 4. One seed has no spread.
TEST(BenchTrain, MissedTargetExitsWithStatus4) {
  const TemporaryDirectory folder;
  const auto result =
      call_digits(bench({"--seeds", "1", "--target", "0.999", "--out", folder / "bench.json"}));
  EXPECT_EQ(result.status, 4);
  const auto json = Json::parse(read_file(folder / "bench.json"));
  EXPECT_EQ(json.at("target"), (Json{{"value", 0.999}, {"reached", false}}));
  EXPECT_THAT(result.err, testing::HasSubstr("gate.target"));
  EXPECT_THAT(result.out, testing::HasSubstr("target               99.90 %: missed\n"));
  EXPECT_THAT(result.out, testing::HasSubstr("seconds of training  median "));
  const double accuracy = json.at("mean_accuracy").at("value").get<double>();
  EXPECT_THAT(result.out, testing::HasSubstr(fmt::format(
                              "mean test accuracy   {:.2f} %, one seed\n", 100.0 * accuracy)));
}

// The benchmark rejects data that a run rejects.
TEST(BenchTrain, RejectsBadData) {
  const TemporaryDirectory folder;
  fs::copy(fixtures() / "tiny", folder / "set");
  for (const char* file : {"images-idx3-ubyte.gz", "labels-idx1-ubyte.gz"}) {  // tested on training
    fs::copy_file(folder / "set" / (std::string("train-") + file),
                  folder / "set" / (std::string("t10k-") + file),
                  fs::copy_options::overwrite_existing);
  }
  const auto result = call_digits(bench({"--data", folder / "set", "--seeds", "1"}));
  EXPECT_EQ(result.status, 3);
  EXPECT_THAT(result.err, testing::HasSubstr("data.leakage"));
}

TEST(BenchTrain, HasHelpAndRejectsInvalidOptions) {
  EXPECT_EQ(call_digits({"bench"}).status, 2);
  const auto overview = call_digits({"bench", "--help"});
  EXPECT_EQ(overview.status, 0);
  EXPECT_THAT(overview.out, testing::HasSubstr("\n  compare    whether "));
  EXPECT_EQ(call_digits({"bench", "-h"}).out, overview.out);
  EXPECT_THAT(call_digits({"bench", "train", "--help"}).out, testing::HasSubstr("--target SHARE"));
  const auto refused = [](const std::vector<std::string>& arguments, const char* code) {
    const auto result = call_digits(arguments);
    EXPECT_EQ(result.status, 2);
    EXPECT_THAT(result.err, testing::StartsWith(std::string("digits: ") + code + ": "));
  };
  refused({"bench", "trian"}, "usage.command");
  refused({"bench", "train", "stray"}, "usage.argument");
  refused(bench({"--seeds", "0"}), "usage.option");
  refused(bench({"--seeds", "1001"}), "usage.option");
  for (const char* target : {"0", "1.01", "99", "0.9x", "nan", ""}) {
    refused(bench({"--target", target}), "usage.option");
  }
}

}  // namespace
}  // namespace digits
