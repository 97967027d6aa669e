// Requests and responses as values, apart from any socket.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"

namespace digits {

using Clock = std::chrono::steady_clock;

struct HttpRequest {
  std::string method;         // "GET"; HEAD is GET
  std::string path;           // as it was sent, without the query
  std::string authorization;  // of these four headers: empty without
  std::string content_type;
  std::string content_encoding;
  std::string request_id;                    // X-Request-Id
  std::optional<std::string> header_length;  // Inference-Header-Content-Length
  bool has_length = false;                   // Content-Length, or chunks
  std::string body;
  Clock::time_point start{};  // when its first line had arrived
};

struct HttpResponse {
  int status = 200;
  std::string content_type = "application/json";
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers{};
};

// Answers one request; to be called once, on any thread.
using Responder = std::function<void(HttpResponse)>;

// What a server hands its requests to. Called on several threads at once; must not block for long,
// since other connections wait.
class HttpHandler {
 public:
  HttpHandler() = default;
  virtual ~HttpHandler() = default;
  HttpHandler(const HttpHandler&) = delete;
  HttpHandler& operator=(const HttpHandler&) = delete;

  // Called with the headers, before the body arrives. A response refuses the request: its body is
  // discarded.
  virtual std::optional<HttpResponse> refuse(const HttpRequest& request) = 0;

  // Called with the whole request.
  virtual void handle(HttpRequest request, Responder respond) = 0;

  // The response to what the server itself refuses: request.too_large, request.length, ...
  virtual HttpResponse error_response(const HttpRequest& request, const Error& error) = 0;
};

}  // namespace digits
