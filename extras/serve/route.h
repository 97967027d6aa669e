// Finds the endpoint of a request.
#pragma once

#include <string>

namespace digits {

enum class Endpoint {
  kPage,             // GET /
  kPageScript,       // GET /page.js
  kPageStyle,        // GET /page.css
  kMetrics,          // GET /metrics
  kServer,           // GET /v2
  kLive,             // GET /v2/health/live
  kReady,            // GET /v2/health/ready
  kModel,            // GET /v2/models/M[/versions/V]
  kModelReady,       // GET /v2/models/M[/versions/V]/ready
  kModelStats,       // GET /v2/models/M[/versions/V]/stats
  kModelProfile,     // GET /v2/models/M[/versions/V]/profile
  kInfer,            // POST /v2/models/M[/versions/V]/infer
  kFeedback,         // POST /v2/models/M[/versions/V]/feedback
  kRepositoryIndex,  // POST /v2/repository/index
};

struct Route {
  Endpoint endpoint;
  std::string model;    // empty if the endpoint has no model
  std::string version;  // empty: the one that is served
};

// The path in the target of a request, which may begin with http://HOST or https://HOST: RFC 9112,
// 3.2.2. A target with an empty host stays as it is.
std::string path_of_target(const std::string& target);

// The endpoint at `path`, with or without a slash at its end. Throws route.unknown.
Route find_route(const std::string& path);

// "GET" or "POST".
const char* method_of(Endpoint endpoint);

// Whether the endpoint reads the body of its requests: inferences and feedback.
bool reads_body(Endpoint endpoint);

// Whether the endpoint needs no token: health checks, and the page, which contains no secret.
bool is_public(Endpoint endpoint);

}  // namespace digits
