#include "serve/admission.h"

#include <string>
#include <utility>

#include "base/error.h"
#include "base/files.h"
#include "serve/token.h"
#include "support/testing.h"

namespace digits {
namespace {

constexpr const char* kToken = "0123456789abcdef";

HttpRequest inference() {
  HttpRequest request;
  request.method = "POST";
  request.path = "/v2/models/m/infer";
  request.has_length = true;
  request.content_type = "application/json";
  return request;
}

std::string refusal_of(const HttpRequest& request, const std::string& token = "") {
  return error_code([&] { require_admissible(request, find_route(request.path), token); });
}

TEST(Admission, AdmitsValidRequests) {
  auto request = inference();
  for (const char* type : {"", "application/json", "application/json; charset=utf-8",
                           "application/json ;charset=utf-8", "application/json\t ",
                           "application/octet-stream", "application/x-www-form-urlencoded"}) {
    request.content_type = type;
    for (const char* encoding : {"", "identity", "gzip", "deflate"}) {
      request.content_encoding = encoding;
      EXPECT_EQ(refusal_of(request), "no error") << type << encoding;
    }
  }
}

// Each endpoint of GET answers HEAD, too: RFC 9110, 9.3.2. An endpoint of POST does not.
TEST(Admission, AdmitsHeadWhereGetIs) {
  auto request = inference();
  request.method = "HEAD";
  EXPECT_EQ(refusal_of(request), "route.method");
  for (const char* path : {"/", "/metrics", "/v2", "/v2/health/live", "/v2/models/m/stats"}) {
    request.path = path;
    request.method = "HEAD";
    EXPECT_EQ(refusal_of(request), "no error") << path;
    request.method = "head";
    EXPECT_EQ(refusal_of(request), "route.method") << path;
  }
}

// Invalid requests are rejected before the body is read, each for its own reason.
TEST(Admission, RejectsByTheHeaders) {
  auto request = inference();
  request.method = "GET";
  EXPECT_EQ(refusal_of(request), "route.method");
  request = inference();
  request.has_length = false;
  EXPECT_EQ(refusal_of(request), "request.length");
  request = inference();
  request.content_type = "image/png";
  EXPECT_EQ(refusal_of(request), "request.media_type");
  request = inference();
  request.content_encoding = "br";
  EXPECT_EQ(refusal_of(request), "request.encoding");
}

// A message repeats the beginning of a long text from the client, and no more.
TEST(Admission, MessagesCutLongTexts) {
  const auto message_of = [](const HttpRequest& request) -> std::string {
    return error_of([&] { require_admissible(request, find_route(request.path), ""); }).what();
  };
  const std::string method(20, 'X'), path = "/v2/models/" + std::string(189, 'm');
  const std::string type = "image/" + std::string(74, 'x'), encoding(80, 'x');
  ASSERT_EQ(path.size(), 200U);
  ASSERT_EQ(type.size(), 80U);
  auto request = inference();
  request.method = method + "y";
  request.path = path + "m/infer";
  EXPECT_EQ(message_of(request), method + " " + path + ", expected POST");
  request = inference();
  request.content_type = type + "y";
  EXPECT_EQ(message_of(request), "Content-Type " + type +
                                     ", expected application/json, or application/octet-stream "
                                     "for JSON with tensors behind it");
  request = inference();
  request.content_encoding = encoding + "y";
  EXPECT_EQ(message_of(request),
            "Content-Encoding " + encoding + ", expected gzip, deflate or identity");
}

// Only the exact token after the word Bearer is accepted.
TEST(Token, AcceptsOnlyTheExactToken) {
  require_token("anything", "");  // a server without a token
  require_token(std::string("Bearer ") + kToken, kToken);
  require_token(std::string("bearer ") + kToken, kToken);
  for (const char* other :
       {"", "Bearer", "Bearer ", "0123456789abcdef", "Bearer 0123456789abcde",
        "Bearer 0123456789abcdef0", "Bearer 0123456789abcdeg", "Basic 0123456789abcdef"}) {
    EXPECT_EQ(error_code([&] { require_token(other, kToken); }), "auth.token") << other;
  }
}

// Without the token only public endpoints answer: health probes have no token.
TEST(Admission, RequiresTheToken) {
  auto request = inference();
  EXPECT_EQ(refusal_of(request, kToken), "auth.token");
  request.authorization = std::string("Bearer ") + kToken;
  EXPECT_EQ(refusal_of(request, kToken), "no error");
  HttpRequest probe;
  probe.method = "GET";
  for (const auto& [path, expected] :
       {std::pair{"/v2/health/live", "no error"}, std::pair{"/v2/health/ready", "no error"},
        std::pair{"/", "no error"}, std::pair{"/metrics", "auth.token"},
        std::pair{"/v2/models/m/stats", "auth.token"}, std::pair{"/v2", "auth.token"}}) {
    probe.path = path;
    EXPECT_EQ(refusal_of(probe, kToken), expected) << path;
  }
}

// A newline at the end is no part of the secret. A file without a secret is rejected.
TEST(Token, IsReadFromAFile) {
  const TemporaryDirectory folder;
  const auto path = folder / "token";
  write_file(path, std::string(" ") + kToken + "\r\n");
  EXPECT_EQ(read_token(path), kToken);
  for (const char* text : {"", "\n", "short", "0123456789 abcdef", "0123456789abcde\xc3\xa9"}) {
    write_file(path, text);
    expect_error("usage.token", [&] { read_token(path); });
  }
  expect_error("input.missing", [&] { read_token(folder / "none"); });
}

// A token has 16 to 4096 characters from ! to ~. The message counts them and does not show them.
TEST(Token, HasALimitedLength) {
  const TemporaryDirectory folder;
  const auto path = folder / "token";
  const auto token_in = [&](const std::string& text) -> std::string {
    write_file(path, text);
    try {
      return read_token(path);
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), "usage.token");
      return error.what();
    }
  };
  for (const std::size_t length : {16U, 4096U}) {
    EXPECT_EQ(token_in(std::string(length, '!')), std::string(length, '!'));
    EXPECT_EQ(token_in(std::string(length, '~')), std::string(length, '~'));
  }
  const auto refused = [&](const std::string& seen) {
    return path.string() + ": a token of " + seen +
           " characters, expected 16 to 4096 without blanks";
  };
  EXPECT_EQ(token_in(std::string(15, 'x')), refused("15"));
  EXPECT_EQ(token_in(std::string(4097, 'x')), refused("4097"));
  EXPECT_EQ(token_in(std::string(16, 'x') + "\x7f"), refused("17"));
  EXPECT_EQ(token_in(std::string(16, 'x') + "\x1f"), refused("17"));
  EXPECT_EQ(token_in("\t\n"), refused("0"));
}

// The alert rules and dashboards select requests by these names.
TEST(EndpointName, IsTheLabelOfTheMetrics) {
  EXPECT_EQ(endpoint_name("/v2/models/m/infer"), "infer");
  EXPECT_EQ(endpoint_name("/v2/models/m/feedback"), "feedback");
  EXPECT_EQ(endpoint_name("/metrics"), "metrics");
  for (const char* path : {"/v2/health/live", "/v2/health/ready"}) {
    EXPECT_EQ(endpoint_name(path), "health") << path;
  }
  for (const char* path : {"/", "/page.js", "/page.css"}) {
    EXPECT_EQ(endpoint_name(path), "page") << path;
  }
  EXPECT_EQ(endpoint_name("/v2/models/m"), "metadata");
  EXPECT_EQ(endpoint_name("/nothing"), "unknown");
}

}  // namespace
}  // namespace digits
