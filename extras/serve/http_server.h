// HTTP/1.1 on GNU libmicrohttpd: a thread that accepts and ends what takes too long, and threads
// that read and write by epoll. No thread waits for an answer: while a handler works, its
// connection is suspended.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

#include "serve/http_message.h"
#include "serve/listener.h"

namespace digits {

struct HttpOptions {
  std::string host = "127.0.0.1";             // a numeric address
  int port = 0;                               // 0: a free one
  int threads = 1;                            // that read and write
  std::size_t connections = 4096;             // at once; further ones wait to be accepted
  std::size_t max_body = 16U << 20U;          // bytes of one request
  std::size_t max_buffered = 256U << 20U;     // bytes of all requests without a response yet
  std::chrono::milliseconds timeout{30'000};  // see below
};

// `timeout` bounds each of these by itself: an idle connection, the headers of a request, its body,
// and the time that a client takes to read the response. What takes longer is closed; a request of
// which a part has arrived is answered by 408 first.
class HttpServer {
 public:
  // Listens from now on. `handler` must outlive the server. Throws usage.address when the address
  // cannot be listened on, and server.start.
  HttpServer(const HttpOptions& options, HttpHandler& handler);
  ~HttpServer();  // stop(0)
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  ListenAddress address() const;
  std::size_t connections() const;  // that are open

  // From now on every response ends its connection. Accepts what has connected so far, then closes
  // the address; answers all requests of the accepted connections; returns when they are closed, or
  // after `timeout`. True when none was left without its answer. Every request that was handed to
  // the handler must have its response by then, or soon.
  bool stop(std::chrono::milliseconds timeout);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace digits
