// The main function of every test program: one printed seed for all tests, so that any failure can
// be repeated.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <cstdio>
#include <cstdlib>
#include <string>

#include "support/testing.h"

namespace {

// CPU milliseconds of this process and of its finished children.
long cpu_milliseconds() {
  long sum = 0;
  for (const int who : {RUSAGE_SELF, RUSAGE_CHILDREN}) {
    rusage usage{};
    ::getrusage(who, &usage);
    for (const auto& time : {usage.ru_utime, usage.ru_stime}) {
      sum += time.tv_sec * 1000 + time.tv_usec / 1000;
    }
  }
  return sum;
}

// Writes each test's CPU milliseconds into the XML report: when a tier is over its budget,
// scripts/test.sh names the most expensive tests. A fixture's set-up counts for its first test.
class CpuTimes : public testing::EmptyTestEventListener {
  void OnTestEnd(const testing::TestInfo& /*info*/) override {
    const auto now = cpu_milliseconds();
    testing::Test::RecordProperty("cpu_ms", std::to_string(now - last_));
    last_ = now;
  }
  long last_ = cpu_milliseconds();
};

}  // namespace

int main(int argc, char** argv) {
  // The property tests draw from the same seed.
  ::setenv("RC_PARAMS", ("seed=" + std::to_string(digits::test_seed())).c_str(), /*overwrite=*/0);
  testing::InitGoogleTest(&argc, argv);
  std::printf("DIGITS_TEST_SEED=%llu\n", static_cast<unsigned long long>(digits::test_seed()));
  std::fflush(stdout);                  // before tests fork, or each child repeats it
  testing::GTEST_FLAG(shuffle) = true;  // no test may depend on the order
  testing::GTEST_FLAG(random_seed) = static_cast<int>(digits::test_seed() % 99999 + 1);
  testing::UnitTest::GetInstance()->listeners().Append(new CpuTimes);
  return RUN_ALL_TESTS();
}
