// One request on its way in and its response on its way out: what a server keeps for it.
#pragma once

#include <atomic>
#include <cstddef>
#include <optional>

#include "serve/connection_table.h"
#include "serve/http_message.h"

namespace digits {

// What the headers say about the body.
struct BodyFraming {
  int lengths = 0;       // Content-Length headers
  int encodings = 0;     // Transfer-Encoding headers
  bool chunked = false;  // the last one is "chunked"
  bool expects_continue = false;
  std::size_t length = 0;  // what the Content-Length says
};

// The bounds of bodies.
struct BodyLimits {
  std::size_t one;                     // bytes of one body
  std::size_t all;                     // bytes of all bodies that are kept
  std::atomic<std::size_t>* buffered;  // bytes that are kept now
};

// Collects a body within limits. After a refusal nothing more is kept: the rest is discarded, so
// that a client that sends first and reads later sees the response.
class Exchange {
 public:
  explicit Exchange(const BodyLimits& limits) : limits_(limits) {}
  ~Exchange() { forget(); }
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  // Takes the headers. Throws request.framing when they leave open where the body ends, and
  // request.too_large when its length is over the limit.
  void begin(const BodyFraming& framing);

  // Takes the next bytes of the body. Throws request.too_large and server.busy.
  void append(const char* bytes, std::size_t size);

  // Keeps nothing of the body from now on.
  void refuse(HttpResponse answer);

  // Whether the refused client has sent, or announces, too much to go on reading.
  bool hopeless() const;

  // The request, for the handler. Its body counts as kept for as long as the exchange lives.
  HttpRequest take();

  HttpRequest request;
  std::optional<HttpResponse> response;
  Connection* connection = nullptr;
  bool has_headers = false;
  bool dispatched = false;  // the handler has the request, or a refusal stands for it

 private:
  void forget();

  BodyLimits limits_;
  BodyFraming framing_;
  std::size_t kept_ = 0;
  std::size_t discarded_ = 0;
  bool ambiguous_ = false;
};

}  // namespace digits
