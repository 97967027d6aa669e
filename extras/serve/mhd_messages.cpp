#include "serve/mhd_messages.h"

#include <strings.h>

#include <array>
#include <bitset>
#include <charconv>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "base/printable.h"

namespace digits {

namespace {

bool same_word(std::string_view a, std::string_view b) {
  return a.size() == b.size() && ::strncasecmp(a.data(), b.data(), a.size()) == 0;
}

// The library strips the blanks before a value, and leaves those behind it (RFC 9110, 5.5).
std::string_view without_last_blanks(std::string_view text) {
  return text.substr(0, text.find_last_not_of(" \t") + 1);
}

// A header that a request has once at most, and its copy into the request.
struct SingleHeader {
  const char* name;
  void (*store)(HttpRequest& request, const std::string& value);
};
const std::array<SingleHeader, 5> kSingleHeaders{{
    {"Authorization", [](HttpRequest& to, const std::string& value) { to.authorization = value; }},
    {"Content-Type",
     [](HttpRequest& to, const std::string& value) { to.content_type = lower_case(value); }},
    {"Content-Encoding",
     [](HttpRequest& to, const std::string& value) { to.content_encoding = lower_case(value); }},
    {"X-Request-Id", [](HttpRequest& to, const std::string& value) { to.request_id = value; }},
    {"Inference-Header-Content-Length",
     [](HttpRequest& to, const std::string& value) { to.header_length = value; }},
}};

struct Headers {
  HttpRequest& request;
  BodyFraming framing;
  std::bitset<kSingleHeaders.size()> seen;
};

void read_single_header(Headers& headers, std::string_view name, std::string_view value) {
  for (std::size_t i = 0; i < kSingleHeaders.size(); ++i) {
    const auto& header = kSingleHeaders[i];
    if (!same_word(name, header.name)) continue;
    if (headers.seen[i]) headers.framing.repeated = header.name;
    headers.seen[i] = true;
    header.store(headers.request, std::string(without_last_blanks(value)));
  }
}

MHD_Result read_header(void* cls, MHD_ValueKind /*kind*/, const char* name, const char* value) {
  auto& headers = *static_cast<Headers*>(cls);
  const std::string_view key = name, text = value == nullptr ? "" : value;
  // The library compares the values of these two with their last blanks. So does this function:
  // both must find the same end of the body.
  if (same_word(key, "Content-Length")) {
    ++headers.framing.lengths;
    std::from_chars(text.data(), text.data() + text.size(), headers.framing.length);
  } else if (same_word(key, "Transfer-Encoding")) {
    ++headers.framing.encodings;
    headers.framing.chunked = same_word(text, "chunked");
  } else if (same_word(key, "Expect")) {
    headers.framing.expects_continue = true;
  } else {
    read_single_header(headers, key, text);
  }
  return MHD_YES;
}

void free_body(void* body) { delete static_cast<std::string*>(body); }

}  // namespace

BodyFraming read_headers(MHD_Connection* connection, HttpRequest& request) {
  Headers headers{request, {}, {}};
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
