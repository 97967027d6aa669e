// Serves the page at /: three files, with headers that restrict them.
#pragma once

#include <string>

#include "serve/http_message.h"

namespace digits {

// Generated from page/; its scripts are one.
const std::string& page_html();
const std::string& page_css();
const std::string& page_js();

// A file as a response: it may run its own script, use its own style and call this server, and
// nothing else.
HttpResponse page_response(const std::string& content_type, const std::string& text);

}  // namespace digits
