#include "base/interrupt.h"

#include <atomic>
#include <csignal>
#include <string>

#include "base/error.h"

namespace digits {

namespace {

std::atomic<bool> flag{false};
static_assert(std::atomic<bool>::is_always_lock_free, "a signal handler may touch it");

void on_signal(int number) {
  flag.store(true);
  std::signal(number, SIG_DFL);  // a second signal ends the process
}

}  // namespace

void catch_interrupts() {
  std::signal(SIGINT, on_signal);
  std::signal(SIGTERM, on_signal);
  const auto before = std::signal(SIGHUP, on_signal);
  if (before == SIG_IGN) std::signal(SIGHUP, SIG_IGN);  // nohup
}

bool interrupted() noexcept { return flag.load(); }

void throw_interrupted(const char* work) {
  throw Error("interrupted", std::string("stopped during ") + work,
              "finished files are kept, unfinished ones are removed");
}

void throw_if_interrupted(const char* work) {
  if (interrupted()) throw_interrupted(work);
}

void set_interrupted(bool value) noexcept { flag.store(value); }

}  // namespace digits
