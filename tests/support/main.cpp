// The main of every test program: one seed for all, printed, so that any failure can be repeated.
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <string>

#include "support/testing.h"

int main(int argc, char** argv) {
  // The property tests draw from the same seed.
  ::setenv("RC_PARAMS", ("seed=" + std::to_string(digits::test_seed())).c_str(), /*overwrite=*/0);
  testing::InitGoogleTest(&argc, argv);
  std::printf("DIGITS_TEST_SEED=%llu\n", static_cast<unsigned long long>(digits::test_seed()));
  std::fflush(stdout);                  // before tests fork, or each child would say it again
  testing::GTEST_FLAG(shuffle) = true;  // no test may depend on the order
  testing::GTEST_FLAG(random_seed) = static_cast<int>(digits::test_seed() % 99999 + 1);
  return RUN_ALL_TESTS();
}
