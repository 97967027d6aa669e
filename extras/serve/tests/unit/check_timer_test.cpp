#include "serve/check_timer.h"

#include <chrono>
#include <vector>

#include "support/testing.h"

namespace digits {
namespace {

// A server asks at each client that it accepts, and checks all connections once in an interval. A
// late check moves the next one.
TEST(CheckTimer, IsDueOnceInAnInterval) {
  CheckTimer timer(std::chrono::milliseconds(200));
  std::vector<int> checks;
  for (const int ms : {0, 1, 199, 200, 201, 399, 450, 600, 649, 650}) {
    if (timer.due(Clock::time_point(std::chrono::milliseconds(ms)))) checks.push_back(ms);
  }
  EXPECT_THAT(checks, testing::ElementsAre(0, 200, 450, 650));
}

}  // namespace
}  // namespace digits
