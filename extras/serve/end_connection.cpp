#include "serve/end_connection.h"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/types.h>

#include "serve/http_status.h"

namespace digits {

namespace {

// Bytes that have arrived unread: 0 when the client has closed its side, -1 for none.
ssize_t unread(int fd) {
  char byte = 0;
  return ::recv(fd, &byte, sizeof byte, MSG_PEEK | MSG_DONTWAIT);
}

}  // namespace

const Error& timeout_error() {
  static const Error error("request.timeout", "the request did not arrive in time",
                           "send it faster");
  return error;
}

void end_connection(int fd, Phase phase) {
  static const auto text = [] {
    const auto body = error_response_of(timeout_error()).body;
    return fmt::format(
        "HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Type: application/json\r\n"
        "Content-Length: {}\r\n\r\n{}",
        body.size(), body);
  }();
  if (is_incomplete(phase)) {
    (void)::send(fd, text.data(), text.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  }
  ::shutdown(fd, SHUT_RDWR);
}

void end_if_silent(int fd, Phase /*phase*/) {
  if (!has_unread(fd)) ::shutdown(fd, SHUT_RDWR);
}

bool has_unread(int fd) { return unread(fd) > 0; }

bool client_closed(int fd) { return unread(fd) == 0; }

}  // namespace digits
