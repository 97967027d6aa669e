// Records each open connection, its phase, and the phase's start.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <list>
#include <mutex>
#include <optional>

#include "serve/connection_state.h"
#include "serve/http_message.h"

namespace digits {

// One open connection. The table owns it; others only pass its address back.
struct Connection {
  int fd;
  ConnectionState state;
  Clock::time_point since;                // start of the phase
  std::optional<Clock::time_point> left;  // in this phase, the client is known to have left
  std::list<Connection>::iterator place;
};

// Thread-safe. Ending a connection only shuts it down: its reader sees the end, and closes it.
class ConnectionTable {
 public:
  using End = std::function<void(int fd, Phase phase)>;

  Connection* open(int fd, Clock::time_point now);
  void close(Connection* connection);  // before its descriptor is closed

  // As ConnectionState::enter.
  bool enter(Connection* connection, Phase phase, Clock::time_point now);

  // Ends, once, each connection that has been in its phase longer than `timeout`; a working handler
  // has no deadline here. Returns the number of requests that the caller counts.
  std::size_t end_expired(Clock::time_point now, std::chrono::milliseconds timeout, const End& end);

  // The same for each connection that waits for more of a request, if `gone` has told for `delay`
  // that its client has left: at first the reader may still have its last bytes.
  std::size_t end_gone(Clock::time_point now, std::chrono::milliseconds delay,
                       const std::function<bool(int fd)>& gone, const End& end);

  // The same for each connection whose request is incomplete.
  std::size_t end_incomplete(const End& end);

  // Calls `end` for each connection that has been idle since `before` at least. It may still enter
  // phases: a request may have arrived.
  void end_idle(Clock::time_point before, const End& end);

  std::size_t size() const;

  // Of `accepted` connections since the start, those that leave a request without an answer if the
  // server ends now: not open yet, idle with a request for which `has_unread` is true, or in
  // another phase and not ended.
  std::size_t unanswered(std::size_t accepted, const std::function<bool(int fd)>& has_unread) const;

 private:
  // Ends each connection that meets the condition. Returns the number of requests to count.
  template <typename Condition>
  std::size_t end_if(const Condition& condition, const End& end);

  mutable std::mutex mutex_;
  std::list<Connection> all_;
  std::size_t opened_ = 0;  // since the start
};

}  // namespace digits
