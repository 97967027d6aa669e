// Records each open connection, its phase, and the phase's start.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <list>
#include <mutex>

#include "serve/http_message.h"

namespace digits {

enum class Phase {
  kIdle,     // no byte of a request has arrived, as far as known
  kHeaders,  // a first line has arrived
  kBody,     // the headers have arrived
  kDiscard,  // the request was rejected; the rest of its body arrives
  kWorking,  // the whole request has arrived; the handler has it
  kSending,  // the response is being sent
};

// One open connection. The table owns it; others only pass its address back.
struct Connection {
  int fd;
  Phase phase;
  Clock::time_point since;  // start of the phase
  bool ended;               // by end_expired or end_idle
  std::list<Connection>::iterator place;
};

// Thread-safe. Ending a connection only shuts it down: its reader sees the end, and closes it.
class ConnectionTable {
 public:
  using End = std::function<void(int fd, Phase phase)>;

  Connection* open(int fd, Clock::time_point now);
  void close(Connection* connection);  // before its descriptor is closed

  // Returns false, without a change, when the connection has been ended already.
  bool enter(Connection* connection, Phase phase, Clock::time_point now);

  // Ends, once, each connection that has been in its phase longer than `timeout`; a working handler
  // has no deadline here.
  void end_expired(Clock::time_point now, std::chrono::milliseconds timeout, const End& end);
  void end_idle(const End& end);

  // Ends each connection that waits for more of a request and whose client has left, as `gone`
  // tells.
  void end_gone(const std::function<bool(int fd)>& gone, const End& end);

  std::size_t size() const;
  std::size_t busy() const;  // in any phase except kIdle and kHeaders: they get a response

 private:
  mutable std::mutex mutex_;
  std::list<Connection> all_;
};

}  // namespace digits
