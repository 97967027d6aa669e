// Decides when a repeated check is due.
#pragma once

#include "serve/http_message.h"

namespace digits {

// Not thread-safe.
class CheckTimer {
 public:
  explicit CheckTimer(Clock::duration interval) : interval_(interval) {}

  // Whether the interval has passed since the last check that was due. The first one is.
  bool due(Clock::time_point now) {
    if (now < next_) return false;
    next_ = now + interval_;
    return true;
  }

 private:
  Clock::duration interval_;
  Clock::time_point next_{};
};

}  // namespace digits
