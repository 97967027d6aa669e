// Which connections are open, what each is doing, and since when.
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
  kIdle,     // nothing of a request has arrived, as far as is known
  kHeaders,  // a first line has arrived
  kBody,     // the headers have arrived
  kWorking,  // the whole request has arrived; the handler has it
  kSending,  // the response is on its way
};

// One open connection. It belongs to the table; others only hand its address back.
struct Connection {
  int fd;
  Phase phase;
  Clock::time_point since;  // it is in that phase
  bool ended;               // by end_expired or end_idle
  std::list<Connection>::iterator place;
};

// Thread-safe. A connection that is ended here is only shut down: whoever reads from it sees its
// end, and closes it.
class ConnectionTable {
 public:
  using End = std::function<void(int fd, Phase phase)>;

  Connection* open(int fd, Clock::time_point now);
  void close(Connection* connection);  // before its descriptor is closed

  // False, and no change, when the connection has been ended meanwhile.
  bool enter(Connection* connection, Phase phase, Clock::time_point now);

  // Ends, once, each connection that has been in its phase longer than `timeout`; a handler that
  // works has no deadline here.
  void end_expired(Clock::time_point now, std::chrono::milliseconds timeout, const End& end);
  void end_idle(const End& end);

  // Ends each connection that waits for more of a request and whose client is gone, by `gone`.
  void end_gone(const std::function<bool(int fd)>& gone, const End& end);

  std::size_t size() const;
  std::size_t busy() const;  // in any phase but kIdle and kHeaders: owed an answer

 private:
  mutable std::mutex mutex_;
  std::list<Connection> all_;
};

}  // namespace digits
