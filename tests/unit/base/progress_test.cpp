#include "base/progress.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdlib>
#include <string>
#include <thread>

#include "base/descriptor.h"
#include "support/testing.h"

namespace digits {
namespace {

TEST(ProgressBar, ShowsShareAndRemainingTime) {
  EXPECT_EQ(progress_bar("train", 50, 100, "00:10 left", "loss 0.5"),
            "train [############------------]  50 %  00:10 left  loss 0.5");
  EXPECT_EQ(progress_bar("train", 0, 100, "--:-- left", ""),
            "train [------------------------]   0 %  --:-- left  ");
}

TEST(ProgressBar, WithoutWorkIsComplete) {
  EXPECT_EQ(progress_bar("x", 0, 0, "", ""), "x [########################] 100 %    ");
}

// Half done in 10 s leaves 10 s; 3 of 4 in 6 minutes leave 2.
TEST(TimeToGo, ExtrapolatesTheStepsSoFar) {
  EXPECT_EQ(time_to_go(0, 50, 100, 10.0), "00:10 left");
  EXPECT_EQ(time_to_go(0, 3, 4, 360.0), "02:00 left");
  EXPECT_EQ(time_to_go(0, 100, 100, 10.0), "00:00 left");
}

// Work that resumes at step 900 of 1000 and has done 10 steps in 5 s needs 45 s for the other 90,
// not the half second of 910 steps in 5 s.
TEST(TimeToGo, IgnoresStepsOfAnEarlierProcess) {
  EXPECT_EQ(time_to_go(900, 910, 1000, 5.0), "00:45 left");
}

TEST(TimeToGo, IsUnknownBeforeTheFirstStep) {
  EXPECT_EQ(time_to_go(0, 0, 100, 3.0), "--:-- left");
  EXPECT_EQ(time_to_go(7, 7, 100, 3.0), "--:-- left");
}

// Unsigned numbers must not wrap around.
TEST(TimeToGo, IsZeroBeyondTheTotal) { EXPECT_EQ(time_to_go(0, 5, 4, 3.0), "00:00 left"); }

// The first update is the step where this process began.
TEST(Progress, StartsAtTheFirstUpdate) {
  Progress progress("train");
  EXPECT_EQ(progress.time_left(), "--:-- left");
  progress.update(900, 1000, "");
  EXPECT_EQ(progress.time_left(), "--:-- left");
  progress.update(1000, 1000, "");
  EXPECT_EQ(progress.time_left(), "00:00 left");
}

// Without a terminal only lines are printed. On a terminal the bar would be drawn after a tenth of
// a second.
TEST(Progress, PrintsOnlyLinesIntoAFile) {
  testing::internal::CaptureStderr();
  {
    Progress progress("train");
    progress.update(1, 2, "");
    std::this_thread::sleep_for(std::chrono::milliseconds(110));
    progress.update(1, 2, "");
    progress.line("epoch 1/3");
  }
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "epoch 1/3\n");
}

// Standard error is a terminal while the object exists.
class TerminalStderr {
 public:
  TerminalStderr()
      : master_(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC)), before_(::dup(STDERR_FILENO)) {
    ::unlockpt(master_.get());
    // Without the terminal's name: in a chroot it may be that of another one, or of none.
    const Descriptor terminal(::ioctl(master_.get(), TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC));
    opened_ = ::dup2(terminal.get(), STDERR_FILENO) == STDERR_FILENO;
  }
  ~TerminalStderr() { ::dup2(before_.get(), STDERR_FILENO); }
  TerminalStderr(const TerminalStderr&) = delete;
  TerminalStderr& operator=(const TerminalStderr&) = delete;

  // False where no pseudo-terminal can be opened, as in some chroots.
  bool opened() const { return opened_; }

  // Whether something is printed, within ten milliseconds.
  bool has_text() const {
    pollfd event{master_.get(), POLLIN, 0};
    return ::poll(&event, 1, 10) == 1;
  }

  // Closes the terminal. Returns all that was printed.
  std::string end() {
    ::dup2(before_.get(), STDERR_FILENO);
    std::string text;
    std::array<char, 1024> buffer{};
    for (;;) {
      const auto count = ::read(master_.get(), buffer.data(), buffer.size());
      if (count <= 0) return text;
      text.append(buffer.data(), static_cast<std::size_t>(count));
    }
  }

 private:
  Descriptor master_;
  Descriptor before_;
  bool opened_ = false;
};

// On a terminal the bar is drawn over the line, a line is printed in its place, and at the end it
// is cleared. A slow terminal may get the bar more than once.
TEST(Progress, DrawsABarOnATerminal) {
  TerminalStderr terminal;
  if (!terminal.opened()) GTEST_SKIP() << "no pseudo-terminal can be opened";
  {
    Progress progress("train");
    for (int i = 0; i < 1000 && !terminal.has_text(); ++i) progress.update(1, 2, "loss 0.5");
    progress.line("epoch 1/3");
  }
  const auto text = terminal.end();
  const std::string bar = "\r\x1b[Ktrain [############------------]  50 %  --:-- left  loss 0.5";
  EXPECT_THAT(text, testing::StartsWith(bar));
  EXPECT_THAT(text, testing::EndsWith(bar + "\r\x1b[Kepoch 1/3\r\n\r\x1b[K"));
}

}  // namespace
}  // namespace digits
