#include "serve/http_status.h"

#include <map>

#include "support/testing.h"

namespace digits {
namespace {

using Headers = std::vector<std::pair<std::string, std::string>>;

// The status tells a client whether to repeat a request, correct it, or give up.
TEST(HttpStatus, DependsOnTheErrorCode) {
  const std::map<std::string, int> expected{
      {"request.json", 400},       {"request.shape", 400},     {"request.framing", 400},
      {"image.unreadable", 400},   {"image.blank", 400},       {"auth.token", 401},
      {"route.unknown", 404},      {"model.unknown", 404},     {"route.method", 405},
      {"request.id", 404},         {"request.timeout", 408},   {"request.length", 411},
      {"request.too_large", 413},  {"image.too_large", 413},   {"request.encoding", 415},
      {"request.media_type", 415}, {"model.not_finite", 500},  {"server.internal", 500},
      {"package.malformed", 500},  {"never.heard_of_it", 500}, {"server.busy", 503},
      {"server.stopping", 503},    {"server.late", 503},
  };
  for (const auto& [code, status] : expected) EXPECT_EQ(http_status(code), status) << code;
}

// The body is one line of JSON in the form that the protocol asks for.
TEST(HttpStatus, BodyNamesCodeSeenAndHint) {
  const auto response =
      error_response_of({"request.shape", "shape [1], expected [2]", "send \"2\""});
  EXPECT_EQ(response.status, 400);
  EXPECT_EQ(response.content_type, "application/json");
  EXPECT_EQ(response.body, R"x({"error":"request.shape: shape [1], expected [2] (send \"2\")"})x");
  EXPECT_TRUE(response.headers.empty());
}

// The standard HTTP headers tell the client its next step.
TEST(HttpStatus, HeadersGuideTheClient) {
  EXPECT_EQ(error_response_of({"server.busy", "x", "y"}).headers, (Headers{{"Retry-After", "1"}}));
  EXPECT_EQ(error_response_of({"auth.token", "x", "y"}).headers,
            (Headers{{"WWW-Authenticate", "Bearer"}}));
  EXPECT_EQ(error_response_of({"route.method", "x", "y"}, "GET, HEAD").headers,
            (Headers{{"Allow", "GET, HEAD"}}));
}

// An error repeats the client's bytes. They must not break its line or control a terminal.
TEST(HttpStatus, BodyIsPrintable) {
  const auto response = error_response_of({"request.json", "\x1b[2J\n\xff", "x"});
  EXPECT_EQ(response.body.find('\x1b'), std::string::npos);
  EXPECT_EQ(response.body.find('\n'), std::string::npos);
  EXPECT_EQ(response.body.find('\xff'), std::string::npos);
}

}  // namespace
}  // namespace digits
