// Sends a file of the page with headers that restrict it.
#include "serve/page.h"

namespace digits {

HttpResponse page_response(const std::string& content_type, const std::string& text) {
  HttpResponse response;
  response.content_type = content_type;
  response.body = text;
  response.headers = {
      {"Content-Security-Policy",
       "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
       "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"},
      {"X-Content-Type-Options", "nosniff"},
      {"Referrer-Policy", "no-referrer"},
      {"Cache-Control", "no-cache"}};
  return response;
}

}  // namespace digits
