// Holds the state of one request and its response in the server.
#pragma once

#include <atomic>
#include <cstddef>
#include <optional>

#include "serve/connection_table.h"
#include "serve/http_message.h"

namespace digits {

// The description of the body in the headers.
struct BodyFraming {
  int lengths = 0;       // Content-Length headers
  int encodings = 0;     // Transfer-Encoding headers
  bool chunked = false;  // the last one is "chunked"
  bool expects_continue = false;
  std::size_t length = 0;          // value of Content-Length
  const char* repeated = nullptr;  // another header that came twice, and is allowed once
};

// The limits of bodies.
struct BodyLimits {
  std::size_t one;                     // bytes of one body
  std::size_t all;                     // bytes of all stored bodies
  std::atomic<std::size_t>* buffered;  // bytes stored now
};

// Collects a body within limits. After a rejection no more bytes are stored: the rest is discarded,
// so that a client that sends first and reads later receives the response. A body that no handler
// reads is not stored either: clients without a token could fill the memory with it.
class Exchange {
 public:
  explicit Exchange(const BodyLimits& limits) : limits_(limits) {}
  ~Exchange() { forget(); }
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  // Takes the headers. Throws request.framing when the end of the body is ambiguous, or a header is
  // repeated, and request.too_large when the length of the body is over the limit.
  void begin(const BodyFraming& framing);

  // Takes the next bytes of the body. Throws request.too_large and server.busy.
  void append(const char* bytes, std::size_t size);

  // Stores no more of the body from now on.
  void refuse(HttpResponse answer);

  // Whether the rejected client has sent, or announces, too much to read.
  bool exceeds_discard_limit() const;

  // The request, for the handler. Its body counts as stored while the exchange lives.
  HttpRequest take();

  HttpRequest request;
  std::optional<HttpResponse> response;
  Connection* connection = nullptr;
  bool has_headers = false;
  bool keeps_body = true;   // the handler reads it
  bool dispatched = false;  // the handler has the request, or it was rejected

 private:
  void forget();

  BodyLimits limits_;
  BodyFraming framing_;
  std::size_t kept_ = 0;
  std::size_t discarded_ = 0;
  bool ambiguous_ = false;
};

}  // namespace digits
