// A package answers within the budgets of configs/latency.toml.
#include <cstdio>

#include "smoke/smoke.h"

namespace digits {
namespace {

// The budgets are sanity bounds. One thread: threads
// that wait for each other measure the scheduler of a busy machine.
void expect_latency(const std::string& device) {
  const auto result =
      run_digits({"bench", "infer", "--model", Smoke::package(), "--device", device, "--threads",
                  "1", "--calls", "50", "--budgets", "configs/latency.toml"});
  EXPECT_EQ(result.status, 0) << result.out << result.err;
  std::printf("%s:\n%s", device.c_str(), result.out.c_str());
}

TEST_F(Smoke, InferenceLatencyOnTheCpu) { expect_latency("cpu"); }

TEST_F(Smoke, InferenceLatencyOnCuda) {
  if (!has_cuda()) GTEST_SKIP() << "no CUDA device seen";
  expect_latency("cuda");
}

}  // namespace
}  // namespace digits
