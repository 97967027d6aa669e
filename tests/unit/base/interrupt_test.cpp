#include "base/interrupt.h"

#include <array>
#include <csignal>

#include "support/testing.h"

namespace digits {
namespace {

// Work continues until a signal arrives.
TEST(Interrupt, StopsWorkWithAnError) {
  EXPECT_NO_THROW(throw_if_interrupted("training"));
  set_interrupted(true);
  expect_error("interrupted", [] { throw_if_interrupted("training"); });
  set_interrupted(false);
}

// Restores the signal handlers of the time before the test.
class Signals : public testing::Test {
 protected:
  void TearDown() override {
    for (std::size_t i = 0; i < kCaught.size(); ++i) std::signal(kCaught[i], before_[i]);
    set_interrupted(false);
  }
  using Handler = void (*)(int);
  static constexpr std::array<int, 3> kCaught{SIGINT, SIGTERM, SIGHUP};
  std::array<Handler, 3> before_{std::signal(SIGINT, SIG_DFL), std::signal(SIGTERM, SIG_DFL),
                                 std::signal(SIGHUP, SIG_DFL)};
};

// SIGINT of Ctrl-C, SIGTERM of a service manager, SIGHUP of a closed terminal.
TEST_F(Signals, SetTheInterruptFlag) {
  for (const int number : kCaught) {
    catch_interrupts();
    std::raise(number);
    EXPECT_TRUE(interrupted()) << number;
    EXPECT_EQ(std::signal(number, SIG_DFL), SIG_DFL) << number;  // the next one ends the process
    set_interrupted(false);
  }
}

// nohup starts a program with SIGHUP ignored: a closed terminal does not stop it.
TEST_F(Signals, IgnoredHangUpStaysIgnored) {
  std::signal(SIGHUP, SIG_IGN);
  catch_interrupts();
  std::raise(SIGHUP);
  EXPECT_FALSE(interrupted());
}

}  // namespace
}  // namespace digits
