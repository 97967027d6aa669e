// Training and answers stay within the bounds of extras/bench/compute.toml.
#include <toml++/toml.h>

#include <cstdio>

#include "base/files.h"
#include "base/json.h"
#include "smoke/smoke.h"

namespace digits {
namespace {

// The arguments set one thread: threads that wait for each other measure the scheduler.
Json measured(const std::vector<std::string>& arguments) {
  const auto result = run_digits(arguments);
  EXPECT_EQ(result.status, 0) << result.err;
  return Json::parse(result.out);
}

void expect_answer(const toml::table& bounds, const std::string& engine) {
  const auto answers =
      measured({"bench", "infer", "--model", Smoke::package(), "--engine", engine, "--device",
                "cpu", "--threads", "1", "--batch", "1", "--calls", "50", "--json"});
  const auto& row = answers.at("times").at(0);
  const auto used = row.at("engine").get<std::string>();
  const auto bound = bounds["answer"][used].value<double>();
  ASSERT_TRUE(bound.has_value()) << "extras/bench/compute.toml has no bound for " << used;
  const auto loops = row.at("calibrated").at("median").get<double>();
  EXPECT_LT(loops, *bound) << used;
  std::printf("%s: %.5f loops\n", used.c_str(), loops);
}

// Ratios to the reference loop, so that they hold on slow, busy and throttled machines.
TEST_F(Smoke, ComputeStaysInItsBounds) {
  const auto bounds = toml::parse(read_file(source_path("extras/bench/compute.toml")));
  const auto training =
      measured({"bench", "train", "--config", fixtures() / "tiny.toml", "--seeds", "2", "--json"});
  const auto loops = training.at("calibrated").at("min").get<double>();
  EXPECT_LT(loops, bounds["training"].value<double>().value());
  std::printf("training: %.1f loops\n", loops);
  expect_answer(bounds, "torchscript");  // in each build
  expect_answer(bounds, "auto");         // the one that answers, such as onednn
}

}  // namespace
}  // namespace digits
