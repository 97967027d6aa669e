#include "serve/connection_table.h"

#include <algorithm>
#include <iterator>

namespace digits {

Connection* ConnectionTable::open(int fd, Clock::time_point now) {
  const std::lock_guard lock(mutex_);
  all_.push_front({fd, ConnectionState(), now, std::nullopt, {}});
  all_.front().place = all_.begin();
  return &all_.front();
}

void ConnectionTable::close(Connection* connection) {
  const std::lock_guard lock(mutex_);
  all_.erase(connection->place);
}

bool ConnectionTable::enter(Connection* connection, Phase phase, Clock::time_point now) {
  const std::lock_guard lock(mutex_);
  if (!connection->state.enter(phase)) return false;
  connection->since = now;
  connection->left.reset();
  return true;
}

std::size_t ConnectionTable::end_expired(Clock::time_point now, std::chrono::milliseconds timeout,
                                         const End& end) {
  const std::lock_guard lock(mutex_);
  std::size_t uncounted = 0;
  for (auto& connection : all_) {
    auto& state = connection.state;
    const bool expired = state.phase() != Phase::kWorking && now - connection.since >= timeout;
    if (!expired || state.ended()) continue;
    uncounted += state.end() ? 1 : 0;
    end(connection.fd, state.phase());
  }
  return uncounted;
}

std::size_t ConnectionTable::end_gone(Clock::time_point now, std::chrono::milliseconds delay,
                                      const std::function<bool(int fd)>& gone, const End& end) {
  const std::lock_guard lock(mutex_);
  std::size_t uncounted = 0;
  for (auto& connection : all_) {
    auto& state = connection.state;
    const bool waits = state.phase() != Phase::kWorking && state.phase() != Phase::kSending;
    if (!waits || state.ended() || !gone(connection.fd)) continue;
    if (!connection.left) connection.left = now;
    if (now - *connection.left < delay) continue;
    uncounted += state.end() ? 1 : 0;
    end(connection.fd, state.phase());
  }
  return uncounted;
}

void ConnectionTable::end_idle(const End& end) {
  const std::lock_guard lock(mutex_);
  for (const auto& connection : all_) {
    const auto& state = connection.state;
    if (state.phase() == Phase::kIdle && !state.ended()) end(connection.fd, Phase::kIdle);
  }
}

std::size_t ConnectionTable::size() const {
  const std::lock_guard lock(mutex_);
  return all_.size();
}

std::size_t ConnectionTable::busy() const {
  const std::lock_guard lock(mutex_);
  return static_cast<std::size_t>(std::count_if(all_.begin(), all_.end(), [](const auto& each) {
    return each.state.phase() != Phase::kIdle && each.state.phase() != Phase::kHeaders;
  }));
}

}  // namespace digits
