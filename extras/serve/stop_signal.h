// Turns SIGINT, SIGTERM and SIGHUP into a request to stop the server cleanly.
#pragma once

#include <chrono>

namespace digits {

// While it lives, these signals are recorded and do not set interrupted(), which would stop
// inferences. A second one of any kind ends the process. An ignored SIGHUP stays ignored. At most
// one instance at a time.
class StopSignal {
 public:
  StopSignal();
  ~StopSignal();
  StopSignal(const StopSignal&) = delete;
  StopSignal& operator=(const StopSignal&) = delete;

  // Waits at most `timeout`; true when a signal has arrived.
  bool wait(std::chrono::milliseconds timeout) const;
};

}  // namespace digits
