#include "serve/connection_table.h"

#include <algorithm>
#include <iterator>

namespace digits {

Connection* ConnectionTable::open(int fd, Clock::time_point now) {
  const std::lock_guard lock(mutex_);
  all_.push_front({fd, Phase::kIdle, now, false, {}});
  all_.front().place = all_.begin();
  return &all_.front();
}

void ConnectionTable::close(Connection* connection) {
  const std::lock_guard lock(mutex_);
  all_.erase(connection->place);
}

bool ConnectionTable::enter(Connection* connection, Phase phase, Clock::time_point now) {
  const std::lock_guard lock(mutex_);
  if (connection->ended) return false;
  connection->phase = phase;
  connection->since = now;
  return true;
}

void ConnectionTable::end_expired(Clock::time_point now, std::chrono::milliseconds timeout,
                                  const End& end) {
  const std::lock_guard lock(mutex_);
  for (auto& connection : all_) {
    const bool expired = connection.phase != Phase::kWorking && now - connection.since >= timeout;
    if (!expired || connection.ended) continue;
    connection.ended = true;
    end(connection.fd, connection.phase);
  }
}

void ConnectionTable::end_idle(const End& end) {
  const std::lock_guard lock(mutex_);
  for (const auto& connection : all_) {
    if (connection.phase == Phase::kIdle && !connection.ended) end(connection.fd, Phase::kIdle);
  }
}

void ConnectionTable::end_gone(const std::function<bool(int fd)>& gone, const End& end) {
  const std::lock_guard lock(mutex_);
  for (auto& connection : all_) {
    const bool waits = connection.phase != Phase::kWorking && connection.phase != Phase::kSending;
    if (!waits || connection.ended || !gone(connection.fd)) continue;
    connection.ended = true;
    end(connection.fd, connection.phase);
  }
}

std::size_t ConnectionTable::size() const {
  const std::lock_guard lock(mutex_);
  return all_.size();
}

std::size_t ConnectionTable::busy() const {
  const std::lock_guard lock(mutex_);
  return static_cast<std::size_t>(std::count_if(all_.begin(), all_.end(), [](const auto& each) {
    return each.phase != Phase::kIdle && each.phase != Phase::kHeaders;
  }));
}

}  // namespace digits
