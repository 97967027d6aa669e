#include "serve/mhd_messages.h"

#include <strings.h>

#include <charconv>
#include <string>
#include <string_view>
#include <utility>

#include "base/printable.h"

namespace digits {

namespace {

bool same_word(std::string_view a, std::string_view b) {
  return a.size() == b.size() && ::strncasecmp(a.data(), b.data(), a.size()) == 0;
}

struct Headers {
  HttpRequest& request;
  BodyFraming framing;
};

MHD_Result read_header(void* cls, MHD_ValueKind /*kind*/, const char* name, const char* value) {
  auto& headers = *static_cast<Headers*>(cls);
  const std::string_view key = name, text = value == nullptr ? "" : value;
  if (same_word(key, "Content-Length")) {
    ++headers.framing.lengths;
    std::from_chars(text.data(), text.data() + text.size(), headers.framing.length);
  } else if (same_word(key, "Transfer-Encoding")) {
    ++headers.framing.encodings;
    headers.framing.chunked = same_word(text, "chunked");
  } else if (same_word(key, "Expect")) {
    headers.framing.expects_continue = true;
  } else if (same_word(key, "Authorization")) {
    headers.request.authorization = text;
  } else if (same_word(key, "Content-Type")) {
    headers.request.content_type = lower_case(std::string(text));
  } else if (same_word(key, "Content-Encoding")) {
    headers.request.content_encoding = lower_case(std::string(text));
  } else if (same_word(key, "X-Request-Id")) {
    headers.request.request_id = text;
  } else if (same_word(key, "Inference-Header-Content-Length")) {
    headers.request.header_length = std::string(text);
  }
  return MHD_YES;
}

void free_body(void* body) { delete static_cast<std::string*>(body); }

}  // namespace

BodyFraming read_headers(MHD_Connection* connection, HttpRequest& request) {
  Headers headers{request, {}};
  MHD_get_connection_values(connection, MHD_HEADER_KIND, read_header, &headers);
  return headers.framing;
}

MHD_Result queue_response(MHD_Connection* connection, HttpResponse response, bool last) {
  auto* const body = new std::string(std::move(response.body));
  MHD_Response* const out = MHD_create_response_from_buffer_with_free_callback_cls(
      body->size(), body->data(), free_body, body);
  if (out == nullptr) {
    delete body;
    return MHD_NO;
  }
  MHD_add_response_header(out, "Content-Type", response.content_type.c_str());
  for (const auto& [name, value] : response.headers) {
    MHD_add_response_header(out, name.c_str(), value.c_str());
  }
  if (last) MHD_add_response_header(out, "Connection", "close");
  const auto queued = MHD_queue_response(connection, static_cast<unsigned>(response.status), out);
  MHD_destroy_response(out);
  return queued;
}

}  // namespace digits
