// Times the waits for other ranks. No Torch in this header.
#pragma once

#include <chrono>
#include <functional>

namespace digits {

// The pause between two meetings of the heartbeats, and the longest time of a meeting. Together
// they are shorter than the timeout, so that a lost rank is noticed within it.
struct Pace {
  std::chrono::milliseconds interval;
  std::chrono::milliseconds limit;
};
Pace heartbeat_pace(std::chrono::milliseconds timeout);

// Asks `done` every 20 ms until it is true, for at most `timeout`; returns its last answer. Throws
// `interrupted` while it has to wait, naming the unfinished work.
bool wait_until(const std::function<bool()>& done, std::chrono::milliseconds timeout,
                const char* work);

}  // namespace digits
