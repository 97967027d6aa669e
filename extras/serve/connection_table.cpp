#include "serve/connection_table.h"

#include <algorithm>
#include <iterator>

namespace digits {

Connection* ConnectionTable::open(int fd, Clock::time_point now) {
  const std::lock_guard lock(mutex_);
  ++opened_;
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

template <typename Condition>
std::size_t ConnectionTable::end_if(const Condition& condition, const End& end) {
  const std::lock_guard lock(mutex_);
  std::size_t uncounted = 0;
  for (auto& connection : all_) {
    auto& state = connection.state;
    if (state.ended() || !condition(connection)) continue;
    uncounted += state.end() ? 1 : 0;
    end(connection.fd, state.phase());
  }
  return uncounted;
}

std::size_t ConnectionTable::end_expired(Clock::time_point now, std::chrono::milliseconds timeout,
                                         const End& end) {
  const auto is_late = [&](const Connection& connection) {
    return connection.state.phase() != Phase::kWorking && now - connection.since >= timeout;
  };
  return end_if(is_late, end);
}

std::size_t ConnectionTable::end_gone(Clock::time_point now, std::chrono::milliseconds delay,
                                      const std::function<bool(int fd)>& gone, const End& end) {
  const auto is_gone = [&](Connection& connection) {
    const auto phase = connection.state.phase();
    const bool waits = phase != Phase::kWorking && phase != Phase::kSending;
    if (!waits || !gone(connection.fd)) return false;
    if (!connection.left) connection.left = now;
    return now - *connection.left >= delay;
  };
  return end_if(is_gone, end);
}

std::size_t ConnectionTable::end_incomplete(const End& end) {
  return end_if([](const Connection& each) { return is_incomplete(each.state.phase()); }, end);
}

void ConnectionTable::end_idle(Clock::time_point before, const End& end) {
  const std::lock_guard lock(mutex_);
  for (const auto& connection : all_) {
    const auto& state = connection.state;
    const bool idle = state.phase() == Phase::kIdle && connection.since <= before;
    if (idle && !state.ended()) end(connection.fd, Phase::kIdle);
  }
}

std::size_t ConnectionTable::size() const {
  const std::lock_guard lock(mutex_);
  return all_.size();
}

std::size_t ConnectionTable::unanswered(std::size_t accepted,
                                        const std::function<bool(int fd)>& has_unread) const {
  const std::lock_guard lock(mutex_);
  const auto waits = [&](const Connection& each) {
    if (each.state.ended()) return false;
    return each.state.phase() != Phase::kIdle || has_unread(each.fd);
  };
  const auto open = std::count_if(all_.begin(), all_.end(), waits);
  return accepted - opened_ + static_cast<std::size_t>(open);
}

}  // namespace digits
