#include "distributed/timing.h"

#include <chrono>

#include "base/interrupt.h"
#include "support/testing.h"

namespace digits {
namespace {

using std::chrono::milliseconds;

// A heartbeat comes twice a second, or ten times within a short timeout. By hand: two pauses and a
// meeting take 30, 5 and 1 seconds.
TEST(HeartbeatPace, KeepsTheTimeout) {
  EXPECT_EQ(heartbeat_pace(milliseconds(30000)).interval.count(), 500);
  EXPECT_EQ(heartbeat_pace(milliseconds(30000)).limit.count(), 29000);
  EXPECT_EQ(heartbeat_pace(milliseconds(5000)).interval.count(), 500);
  EXPECT_EQ(heartbeat_pace(milliseconds(5000)).limit.count(), 4000);
  EXPECT_EQ(heartbeat_pace(milliseconds(1000)).interval.count(), 100);
  EXPECT_EQ(heartbeat_pace(milliseconds(1000)).limit.count(), 800);
}

TEST(WaitUntil, EndsWithTheAnswer) {
  int questions = 0;
  EXPECT_TRUE(wait_until([&] { return ++questions == 3; }, milliseconds(20000), "a test"));
  EXPECT_EQ(questions, 3);
}

// Each pause takes 20 ms or more: five pauses fill the 100 ms, so there are at most six questions.
// A wait without pauses asks as often as the processor can.
TEST(WaitUntil, PausesBetweenTheQuestions) {
  int questions = 0;
  const auto never = [&] {
    ++questions;
    return false;
  };
  EXPECT_FALSE(wait_until(never, milliseconds(100), "a test"));
  EXPECT_LE(questions, 6);
}

// A stop signal ends a wait, and nothing else.
TEST(WaitUntil, EndsAfterAStopSignal) {
  set_interrupted(true);
  const auto error =
      error_of([] { wait_until([] { return false; }, milliseconds(100), "the start"); });
  const auto waited = error_code([] { wait_until([] { return true; }, milliseconds(100), "it"); });
  set_interrupted(false);
  EXPECT_EQ(error.code(), "interrupted");
  EXPECT_STREQ(error.what(), "stopped during the start");
  EXPECT_EQ(waited, "no error");
}

}  // namespace
}  // namespace digits
