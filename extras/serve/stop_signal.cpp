#include "serve/stop_signal.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

#include "base/interrupt.h"

namespace digits {

namespace {

int event = -1;  // a signal handler may write to a descriptor, but do little else

void on_signal(int number) {
  const int before = errno;
  ::eventfd_write(event, 1);
  std::signal(number, SIG_DFL);
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
