#include "serve/admission.h"

#include <fmt/format.h>

#include "base/error.h"
#include "base/printable.h"
#include "serve/token.h"

namespace digits {

namespace {

// HEAD is answered as GET is; the server leaves the body out.
bool is_method(const std::string& method, const std::string& expected) {
  return method == expected || (method == "HEAD" && expected == "GET");
}

void require_method(const HttpRequest& request, Endpoint endpoint) {
  if (is_method(request.method, method_of(endpoint))) return;
  throw Error("route.method",
              fmt::format("{} {}, expected {}", printable(request.method.substr(0, 20)),
                          printable(request.path.substr(0, 200)), method_of(endpoint)),
              "the header Allow names the methods");
}

// curl and urllib send the form's media type by default.
void require_media_type(const std::string& type) {
  auto name = type.substr(0, type.find(';'));
  name.erase(name.find_last_not_of(" \t") + 1);
  for (const char* known :
       {"", "application/json", "application/octet-stream", "application/x-www-form-urlencoded"}) {
    if (name == known) return;
  }
  throw Error("request.media_type",
              fmt::format("Content-Type {}, expected application/json, or "
                          "application/octet-stream for JSON with tensors behind it",
                          printable(type.substr(0, 80))),
              "a picture goes into the JSON as BYTES in base64");
}

void require_encoding(const std::string& encoding) {
  for (const char* known : {"", "identity", "gzip", "deflate"}) {
    if (encoding == known) return;
  }
  throw Error("request.encoding",
              fmt::format("Content-Encoding {}, expected gzip, deflate or identity",
                          printable(encoding.substr(0, 80))),
              "compress the body by one of these, or send it uncompressed");
}

}  // namespace

void require_admissible(const HttpRequest& request, const Route& route, const std::string& token) {
  require_method(request, route.endpoint);
  if (!is_public(route.endpoint)) require_token(request.authorization, token);
  if (!reads_body(route.endpoint)) return;
  if (!request.has_length) {
    throw Error("request.length", "no Content-Length, expected one, or Transfer-Encoding: chunked",
                "send the request in a body");
  }
  require_media_type(request.content_type);
  require_encoding(request.content_encoding);
}

std::string endpoint_name(const std::string& path) {
  try {
    switch (find_route(path).endpoint) {
      case Endpoint::kInfer:
        return "infer";
      case Endpoint::kFeedback:
        return "feedback";
      case Endpoint::kMetrics:
        return "metrics";
      case Endpoint::kLive:
      case Endpoint::kReady:
        return "health";
      case Endpoint::kPage:
      case Endpoint::kPageScript:
      case Endpoint::kPageStyle:
        return "page";
      default:
        return "metadata";
    }
  } catch (const Error&) {
    return "unknown";
  }
}

}  // namespace digits
