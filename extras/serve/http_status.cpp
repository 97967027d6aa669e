#include "serve/http_status.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/json.h"
#include "base/printable.h"

namespace digits {

int http_status(std::string_view code) noexcept {
  constexpr std::array<std::pair<std::string_view, int>, 20> kStatuses{{
      {"auth.token", 401},
      {"route.unknown", 404},
      {"model.unknown", 404},
      {"request.id", 404},
      {"profile.empty", 404},
      {"route.method", 405},
      {"request.timeout", 408},
      {"request.length", 411},
      {"request.too_large", 413},
      {"image.too_large", 413},
      {"request.encoding", 415},
      {"request.media_type", 415},
      {"server.busy", 503},
      {"server.stopping", 503},
      {"server.late", 503},
      // Families: any other code with this prefix.
      {"request", 400},
      {"image", 400},
      {"server", 500},
      {"model", 500},
      {"package", 500},
  }};
  const auto matches = [&](const auto& entry) {
    return entry.first == code || entry.first == code.substr(0, code.find('.'));
  };
  const auto* const found = std::find_if(kStatuses.begin(), kStatuses.end(), matches);
  return found == kStatuses.end() ? 500 : found->second;
}

HttpResponse error_response_of(const Error& error, const std::string& allow) {
  auto text = fmt::format("{}: {}", error.code(), error.what());
  if (!error.hint().empty()) text += fmt::format(" ({})", error.hint());
  HttpResponse response;
  response.status = http_status(error.code());
  response.body = to_text(Json{{"error", printable(text)}}, -1);
  if (response.status == 503) response.headers.emplace_back("Retry-After", "1");
  if (response.status == 401) response.headers.emplace_back("WWW-Authenticate", "Bearer");
  if (!allow.empty()) response.headers.emplace_back("Allow", allow);
  return response;
}

}  // namespace digits
