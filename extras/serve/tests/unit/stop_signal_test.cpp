#include "serve/stop_signal.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <limits>

#include "base/interrupt.h"
#include "support/testing.h"

namespace digits {
namespace {

// Restores the signal handlers of the time before the test.
class StopSignalTest : public testing::Test {
 protected:
  void TearDown() override {
    for (std::size_t i = 0; i < kStops.size(); ++i) std::signal(kStops[i], before_[i]);
    set_interrupted(false);
  }
  using Handler = void (*)(int);
  static constexpr std::array<int, 3> kStops{SIGINT, SIGTERM, SIGHUP};
  static constexpr std::chrono::milliseconds kNow{0};
  std::array<Handler, 3> before_{std::signal(SIGINT, SIG_DFL), std::signal(SIGTERM, SIG_DFL),
                                 std::signal(SIGHUP, SIG_DFL)};
};

// Each of the signals is a request to stop, and does not interrupt computations. The next one, of
// the same or another kind, ends the process.
TEST_F(StopSignalTest, RecordsEachSignal) {
  for (const int number : kStops) {
    const StopSignal stop;
    EXPECT_FALSE(stop.wait(kNow)) << number;
    std::raise(number);
    EXPECT_TRUE(stop.wait(kNow)) << number;
    EXPECT_FALSE(interrupted()) << number;
    EXPECT_EQ(std::signal(number, SIG_DFL), SIG_DFL) << number;
    for (const int next : kStops) EXPECT_EQ(std::signal(next, SIG_DFL), SIG_DFL) << next;
  }
}

// Afterwards a signal interrupts computations, as before.
TEST_F(StopSignalTest, GivesTheSignalsBack) {
  for (const int number : kStops) {
    { const StopSignal ended; }
    std::raise(number);
    EXPECT_TRUE(interrupted()) << number;
    set_interrupted(false);
  }
}

// A signal may come between a failed call and the reading of its errno. Here the handler's own call
// fails: the counter that it adds to is full.
TEST_F(StopSignalTest, KeepsErrno) {
  const int counter = ::dup(STDERR_FILENO);  // the lowest free number: the counter gets it next
  ::close(counter);
  const StopSignal stop;
  ASSERT_EQ(::eventfd_write(counter, std::numeric_limits<eventfd_t>::max() - 1), 0);
  errno = ERANGE;
  std::raise(SIGTERM);
  const int after = errno;
  EXPECT_EQ(after, ERANGE);
}

// nohup starts the server with SIGHUP ignored: a closed terminal does not stop it, and does not end
// it after another signal.
TEST_F(StopSignalTest, IgnoredHangUpStaysIgnored) {
  std::signal(SIGHUP, SIG_IGN);
  const StopSignal stop;
  std::raise(SIGHUP);
  ASSERT_FALSE(stop.wait(kNow));  // else the next signal ends this process
  std::raise(SIGTERM);
  EXPECT_TRUE(stop.wait(kNow));
  EXPECT_EQ(std::signal(SIGHUP, SIG_IGN), SIG_IGN);
}

}  // namespace
}  // namespace digits
