// Converts Errors to HTTP responses.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"
#include "serve/http_message.h"

namespace digits {

// The status for an error's code, as listed in protocol.md. An unknown code gives 500.
int http_status(std::string_view code) noexcept;

// {"error": "code: seen, expected (hint)"}, with Retry-After for 503, WWW-Authenticate for 401 and,
// where `allow` names methods, Allow for 405.
HttpResponse error_response_of(const Error& error, const std::string& allow = "");

}  // namespace digits
