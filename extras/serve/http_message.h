// Defines requests and responses as values, independent of sockets.
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
  std::string method;         // as sent: "GET"
  std::string path;           // as sent, without the host and the query
  std::string authorization;  // these four headers: empty if absent
  std::string content_type;   // in lower case, as the next one
  std::string content_encoding;
  std::string request_id;                    // X-Request-Id
  std::optional<std::string> header_length;  // Inference-Header-Content-Length
  bool has_length = false;                   // Content-Length, or chunks
  std::string body;
  Clock::time_point start{};  // arrival of its first line
};

struct HttpResponse {
  int status = 200;
  std::string content_type = "application/json";
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers{};
};

// Answers one request; call it once, on any thread.
using Responder = std::function<void(HttpResponse)>;

// Handles the requests of a server. Called on several threads at once; must return soon, since
// other connections wait.
class HttpHandler {
 public:
  HttpHandler() = default;
  virtual ~HttpHandler() = default;
  HttpHandler(const HttpHandler&) = delete;
  HttpHandler& operator=(const HttpHandler&) = delete;

  // Called with the headers, before the body arrives. Returns whether `handle` reads the body. An
  // Error rejects the request. A body that is not read, or of a rejected request, is discarded.
  virtual bool admit(const HttpRequest& request) = 0;

  // One of these two is called for each request, once, and counts it. The first one gets the whole
  // request. The second one gives the response to a rejected request, also of the server itself:
  // request.too_large, request.timeout, ...
  virtual void handle(HttpRequest request, Responder respond) = 0;
  virtual HttpResponse error_response(const HttpRequest& request, const Error& error) = 0;
};

}  // namespace digits
