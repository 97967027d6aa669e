#include "distributed/timing.h"

#include <algorithm>
#include <thread>

#include "base/interrupt.h"

namespace digits {

Pace heartbeat_pace(std::chrono::milliseconds timeout) {
  const auto interval =
      std::min<std::chrono::milliseconds>(std::chrono::milliseconds(500), timeout / 10);
  return {interval, timeout - 2 * interval};
}

bool wait_until(const std::function<bool()>& done, std::chrono::milliseconds timeout,
                const char* work) {
  const auto start = std::chrono::steady_clock::now();
  while (!done()) {
    throw_if_interrupted(work);
    if (std::chrono::steady_clock::now() - start >= timeout) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return true;
}

}  // namespace digits
