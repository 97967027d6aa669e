// Serves HTTP/1.1 on GNU libmicrohttpd. One thread accepts connections and ends slow ones; other
// threads read and write by epoll. No thread waits for an answer: while a handler works, its
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
  std::string host = "127.0.0.1";             // an address or a host's name
  int port = 0;                               // 0: a free one
  int threads = 1;                            // threads that read and write
  std::size_t connections = 4096;             // largest number of open ones; further ones wait
  std::size_t max_body = 16U << 20U;          // bytes of one request
  std::size_t max_buffered = 256U << 20U;     // bytes of all requests without a response yet
  std::chrono::milliseconds timeout{30'000};  // see below
};

// `timeout` applies separately to an idle connection, the headers of a request, its body, and the
// time in which a client reads the response. A connection that takes longer is closed; a partly
// received request is answered by 408 first.
class HttpServer {
 public:
  // Listens from now on. `handler` must outlive the server. Throws usage.address when it cannot
  // listen on the address, and server.start.
  HttpServer(const HttpOptions& options, HttpHandler& handler);
  ~HttpServer();  // stop(0)
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  ListenAddress address() const;
  std::size_t connections() const;  // the number of open ones

  // From now on every response ends its connection. Accepts the clients that have connected so far,
  // then closes the address; answers all requests of the accepted connections; returns when they
  // are closed, or after `timeout`. Then an incomplete request is answered by 408. True when every
  // client was accepted, and every request answered. The handler must answer all its requests, now
  // or soon.
  bool stop(std::chrono::milliseconds timeout);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace digits
