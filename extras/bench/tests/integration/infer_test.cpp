// `digits bench infer`, with an engine that counts what it computes.
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/files.h"
#include "integration/call_digits.h"
#include "integration/tiny_run.h"
#include "support/engines.h"
#include "support/testing.h"

namespace digits {
namespace {

// TorchScript that counts its calls from bytes by the number of images.
class CountingEngine : public RenamedEngine {
 public:
  CountingEngine(const std::string& name, const ModelSource& source,
                 std::map<std::size_t, int>& calls)
      : RenamedEngine(name, source, 0.0F), calls_(calls) {}

  std::vector<float> logits(const std::uint8_t* images, std::size_t n) const override {
    ++calls_[n];
    return RenamedEngine::logits(images, n);
  }

 private:
  std::map<std::size_t, int>& calls_;
};

// Each timed call is an answer of the package, and so is each call before them: 50 in the first
// round of a size, 5 in the next ones. Two calls take two rounds. Without a number of calls one
// image is timed 2000 times, and another batch 200 times.
TEST(BenchInfer, TimesTheAnswers) {
  std::map<std::size_t, int> calls;
  auto extras = all_extras();
  extras.engines.push_back({{"counted"}, [&](const std::string& name, const ModelSource& source) {
                              return std::make_unique<CountingEngine>(name, source, calls);
                            }});
  const auto result =
      call_digits_with(extras, {"bench", "infer", "--model", tiny_run().package(), "--device",
                                "cpu", "--engine", "counted", "--batch", "3,5", "--calls", "2"});
  ASSERT_EQ(result.status, 0) << result.err;
  EXPECT_EQ(calls[3], 50 + 1 + 5 + 1);
  EXPECT_EQ(calls[5], 50 + 1 + 5 + 1);
  EXPECT_THAT(
      result.out,
      testing::StartsWith("engine            batch   calls   median us     99th us   images/s\n"));
  for (const char* batch : {"3", "5"}) {
    EXPECT_THAT(result.out,
                testing::ContainsRegex(std::string("\ncounted +") + batch +
                                       " +2 +[0-9]+\\.[0-9] +[0-9]+\\.[0-9] +[0-9]+\n"));
  }
  const auto usual =
      call_digits_with(extras, {"bench", "infer", "--model", tiny_run().package(), "--device",
                                "cpu", "--engine", "counted", "--batch", "1,2"});
  EXPECT_THAT(usual.out, testing::ContainsRegex("\ncounted +1 +2000 .*\ncounted +2 +200 "));
  EXPECT_EQ(calls[2], 50 + 4 * 5 + 200);
}

// A median above its budget is an exit status, after the table: no call ends within a picosecond. A
// budget for a size that is not timed is an error before anything is timed.
TEST(BenchInfer, BudgetsAreAGate) {
  const TemporaryDirectory folder;
  const auto with_budgets = [&folder](const std::string& budgets) {
    write_file(folder / "budgets.toml", budgets);
    return call_digits({"bench", "infer", "--model", tiny_run().package(), "--device", "cpu",
                        "--batch", "1", "--calls", "1", "--budgets", folder / "budgets.toml"});
  };
  const auto late = with_budgets("[cpu]\n1 = 1e-9\n");
  EXPECT_EQ(late.status, 4);
  EXPECT_THAT(late.err, testing::HasSubstr("gate.latency: batch 1: "));
  EXPECT_THAT(late.out, testing::StartsWith("engine "));
  EXPECT_EQ(with_budgets("[cpu]\n1 = 1e9\n").status, 0);
  const auto untimed = with_budgets("[cpu]\n64 = 1e9\n");
  EXPECT_EQ(untimed.status, 2);
  EXPECT_THAT(untimed.err, testing::HasSubstr("config.value: a budget for batches of 64"));
  EXPECT_EQ(untimed.out, "");
}

// Each size is a whole number of images, from 1 to 100,000. The error names the wrong one, before
// anything is timed.
TEST(BenchInfer, RejectsImpossibleBatches) {
  const std::map<std::string, std::string> cases{
      {"0", "0"},           {"x", "x"},
      {"8x", "8x"},         {"2,1.5", "1.5"},
      {"100001", "100001"}, {"1,,2", ""},
      {"2,8x", "8x"},       {"99999999999999999999", "99999999999999999999"}};
  for (const auto& [batches, wrong] : cases) {
    const auto result = call_digits(
        {"bench", "infer", "--model", tiny_run().package(), "--batch", batches, "--calls", "1"});
    EXPECT_EQ(result.status, 2) << batches;
    EXPECT_THAT(result.err, testing::StartsWith("digits: usage.option: --batch \"" + wrong +
                                                "\", expected 1 to 100000 images"));
    EXPECT_EQ(result.out, "");
  }
  const TemporaryDirectory folder;
  const auto largest =
      call_digits({"bench", "infer", "--model", folder / "none", "--batch", "1,100000"});
  EXPECT_THAT(largest.err, testing::HasSubstr("package.missing"));  // the batches are possible
}

}  // namespace
}  // namespace digits
