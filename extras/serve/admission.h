// Accepts or rejects a request by its headers.
#pragma once

#include <string>

#include "serve/http_message.h"
#include "serve/route.h"

namespace digits {

// Throws route.method, auth.token, and for inferences and feedback request.length,
// request.media_type and request.encoding.
void require_admissible(const HttpRequest& request, const Route& route, const std::string& token);

// "infer", "feedback", "metrics", "health", "page" or "metadata"; "unknown" for an unknown path.
std::string endpoint_name(const std::string& path);

}  // namespace digits
