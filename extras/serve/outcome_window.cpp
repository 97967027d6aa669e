#include "serve/outcome_window.h"

namespace digits {

namespace {

constexpr std::size_t kOutcomes = 1000;

}  // namespace

void OutcomeWindow::add(bool bad) {
  outcomes_.push_back(bad);
  bad_ += bad ? 1 : 0;
  if (outcomes_.size() <= kOutcomes) return;
  bad_ -= outcomes_.front() ? 1 : 0;
  outcomes_.pop_front();
}

Quantity OutcomeWindow::bad_share() const { return proportion(bad_, outcomes_.size()); }

bool exceeds(const Quantity& share, double bound) {
  return share.n >= kMinOutcomes && share.low > bound;
}

}  // namespace digits
