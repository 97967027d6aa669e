#include "serve/connection_state.h"

namespace digits {

bool is_incomplete(Phase phase) {
  return phase == Phase::kHeaders || phase == Phase::kBody || phase == Phase::kDiscard;
}

bool ConnectionState::enter(Phase next) {
  if (ended_) return false;
  const bool counts = next == Phase::kDiscard || next == Phase::kWorking;
  if (counts && !has_uncounted_request()) return false;
  phase_ = next;
  return true;
}

bool ConnectionState::end() {
  const bool counts = has_uncounted_request();
  ended_ = true;
  return counts;
}

bool ConnectionState::has_uncounted_request() const {
  return !ended_ && (phase_ == Phase::kHeaders || phase_ == Phase::kBody);
}

}  // namespace digits
