// SIGINT, SIGTERM and SIGHUP as the request to end well.
#pragma once

#include <chrono>

namespace digits {

// While it lives, these signals are remembered rather than setting interrupted(), at which
// inferences would stop. A second signal ends the process. One at a time.
class StopSignal {
 public:
  StopSignal();
  ~StopSignal();
  StopSignal(const StopSignal&) = delete;
  StopSignal& operator=(const StopSignal&) = delete;

  // True when a signal has come, at the latest after `timeout`.
  bool wait(std::chrono::milliseconds timeout) const;
};

}  // namespace digits
