// Decides which of two threads counts the request of a connection.
#pragma once

namespace digits {

enum class Phase {
  kIdle,     // no byte of a request has arrived, as far as known
  kHeaders,  // a first line has arrived
  kBody,     // the headers have arrived
  kDiscard,  // the request was rejected; the rest of its body arrives
  kWorking,  // the whole request has arrived; the handler has it
  kSending,  // the response is being sent
};

// Whether a part of a request has arrived, and more of it is to come.
bool is_incomplete(Phase phase);

// One thread reads a request and enters phases. Another one ends the connection when the request is
// late, or its client has left. The request is counted once: by the thread that takes it out of
// kHeaders and kBody. Not thread-safe: the table of connections locks it.
class ConnectionState {
 public:
  explicit ConnectionState(Phase phase = Phase::kIdle) : phase_(phase) {}

  // Returns false, without a change, when the connection has ended. For kDiscard and kWorking true
  // means that the caller counts the request; false if there is none, or it is counted.
  bool enter(Phase next);

  // From now on no phase is entered. Returns whether the caller counts the request.
  bool end();

  Phase phase() const { return phase_; }
  bool ended() const { return ended_; }

 private:
  bool has_uncounted_request() const;

  Phase phase_;
  bool ended_ = false;
};

}  // namespace digits
