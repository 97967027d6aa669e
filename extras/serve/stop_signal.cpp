#include "serve/stop_signal.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>

#include "base/interrupt.h"

namespace digits {

namespace {

constexpr std::array<int, 3> kStopSignals{SIGINT, SIGTERM, SIGHUP};

int event = -1;  // a signal handler may write to a descriptor, but do little else

bool is_ignored(int number) {
  struct sigaction action {};
  ::sigaction(number, nullptr, &action);
  return action.sa_handler == SIG_IGN;
}

// Ctrl-C ends a server that SIGTERM stops too slowly: the next signal of any kind has its default
// effect.
void on_signal(int /*number*/) {
  const int before = errno;
  ::eventfd_write(event, 1);
  for (const int number : kStopSignals) {
    if (!is_ignored(number)) std::signal(number, SIG_DFL);
  }
  errno = before;
}

}  // namespace

StopSignal::StopSignal() {
  event = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  std::signal(SIGINT, on_signal);
  std::signal(SIGTERM, on_signal);
  if (std::signal(SIGHUP, on_signal) == SIG_IGN) std::signal(SIGHUP, SIG_IGN);  // nohup
}

StopSignal::~StopSignal() {
  catch_interrupts();
  ::close(event);
}

bool StopSignal::wait(std::chrono::milliseconds timeout) const {
  pollfd polled{event, POLLIN, 0};
  return ::poll(&polled, 1, static_cast<int>(timeout.count())) > 0;
}

}  // namespace digits
