// Requests and responses over real sockets.
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "base/files.h"
#include "data/gzip.h"
#include "support/loopback.h"

namespace digits {
namespace {

// One connection serves many requests, sent one after the other or pipelined. The responses keep
// the order.
TEST_F(HttpServerTest, KeepsAConnectionOpen) {
  start();
  HttpClient client(port);
  for (int i = 0; i < 3; ++i) {
    const auto reply = client.post(kInfer, fake_request());
    ASSERT_TRUE(reply);
    EXPECT_EQ(reply->status, 200);
    EXPECT_EQ(reply->headers.at("content-type"), "application/json");
  }
  client.send(get_request("/v2/health/live") + post_request(kInfer, fake_request("1")) +
              get_request("/nowhere"));
  EXPECT_EQ(client.receive()->status, 200);
  EXPECT_THAT(client.receive()->body, testing::HasSubstr("[4,1]"));
  EXPECT_EQ(client.receive()->status, 404);
}

TEST_F(HttpServerTest, ReadsChunkedBodies) {
  start();
  HttpClient client(port);
  client.send(std::string("POST ") + kInfer +
              " HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
  for (const char c : fake_request()) client.send(std::string("1\r\n") + c + "\r\n");
  client.send("0\r\n\r\n");
  EXPECT_EQ(status_of(client.receive()), 200);
  EXPECT_EQ(status_of(client.get("/v2/health/live")), 200);
}

// The response to HEAD has the headers of GET's, and no body. The log has the method as it was
// sent.
TEST_F(HttpServerTest, AnswersHead) {
  const TemporaryDirectory folder;
  ServiceOptions options;
  options.log = folder / "log";
  start({}, options);
  HttpClient client(port);
  client.send("HEAD /v2 HTTP/1.1\r\nHost: x\r\n\r\n");
  const auto reply = client.receive(/*head=*/true);
  EXPECT_EQ(reply->status, 200);
  EXPECT_GT(std::stoi(reply->headers.at("content-length")), 0);
  EXPECT_EQ(client.get("/v2/health/live")->status, 200);
  EXPECT_THAT(read_file(options.log), testing::HasSubstr(R"("method":"HEAD","path":"/v2")"));
}

// A client of a proxy sends the whole URL: RFC 9112, 3.2.2.
TEST_F(HttpServerTest, AnswersAbsoluteTargets) {
  start();
  EXPECT_EQ(status_of("GET http://x/v2/health/live HTTP/1.1\r\nHost: x\r\n\r\n"), 200);
  EXPECT_EQ(status_of("GET http://x/v2/health/live?a=http://y HTTP/1.1\r\nHost: x\r\n\r\n"), 200);
  EXPECT_EQ(status_of("GET http://x/nothing HTTP/1.1\r\nHost: x\r\n\r\n"), 404);
}

// RFC 9110, 8.3.1 and 8.4.1.
TEST_F(HttpServerTest, IgnoresTheCaseOfMediaTypesAndEncodings) {
  start();
  HttpClient client(port);
  for (const char* type : {"Application/JSON", "application/json ; charset=UTF-8"}) {
    const auto header = std::string("Content-Type: ") + type + "\r\n";
    EXPECT_EQ(client.post(kInfer, fake_request(), header)->status, 200) << type;
  }
  EXPECT_EQ(client.post(kInfer, gzip(fake_request()), "Content-Encoding: GZIP\r\n")->status, 200);
}

// A header is known by its whole name in any case, not by its beginning or its length.
TEST_F(HttpServerTest, KnowsHeadersByTheirWholeNames) {
  start();
  HttpClient client(port);
  const auto named = client.post(kInfer, fake_request(), "x-REQUEST-id: mine\r\n");
  ASSERT_TRUE(named);
  EXPECT_EQ(named->status, 200);
  EXPECT_EQ(named->headers.at("x-request-id"), "mine");
  for (const char* name : {"Content-Typo", "Content-Typ", "Content-Type2"}) {
    const auto other = client.post(kInfer, fake_request(), std::string(name) + ": image/png\r\n");
    ASSERT_TRUE(other) << name;
    EXPECT_EQ(other->status, 200) << name;
  }
}

// Blanks around the value of a header are no part of it: RFC 9110, 5.5.
TEST_F(HttpServerTest, IgnoresBlanksAroundHeaderValues) {
  ServiceOptions options;
  options.token = "0123456789abcdef";
  start({}, options);
  const auto body = fake_request();
  const auto reply =
      HttpClient(port)
          .post(kInfer, gzip(body),
                "Authorization: \tBearer 0123456789abcdef \r\nContent-Type: application/json\t\r\n"
                "Content-Encoding:gzip \t\r\nX-Request-Id:  mine  \r\n")
          .value_or(Reply{});
  EXPECT_EQ(reply.status, 200) << reply.body;
  EXPECT_THAT(reply.headers, testing::Contains(testing::Pair("x-request-id", "mine")));
  const auto binary = HttpClient(port)
                          .post(kInfer, body,
                                "Authorization: Bearer 0123456789abcdef\r\n"
                                "Inference-Header-Content-Length: " +
                                    std::to_string(body.size()) + " \r\n")
                          .value_or(Reply{});
  EXPECT_EQ(binary.status, 200) << binary.body;
}

// Two servers may read different ones of two headers. The request is valid with one.
TEST_F(HttpServerTest, RejectsRepeatedHeaders) {
  start();
  const auto body = fake_request();
  const std::vector<std::string> all{
      "Authorization: Bearer x\r\n", "Content-Type: application/json\r\n",
      "Content-Encoding: identity\r\n", "X-Request-Id: mine\r\n",
      "Inference-Header-Content-Length: " + std::to_string(body.size()) + "\r\n"};
  for (const auto& header : all) {
    EXPECT_EQ(status_of(post_request(kInfer, body, header)), 200) << header;
    const auto reply = HttpClient(port).post(kInfer, body, header + header).value_or(Reply{});
    EXPECT_EQ(reply.status, 400) << header;
    EXPECT_THAT(reply.body, testing::HasSubstr("request.framing")) << header;
  }
}

struct Bad {
  int status;  // 0: the connection ends without a response
  std::string bytes;
};

// Bytes that are not HTTP, and requests without a clear end, are rejected. The server continues.
TEST_F(HttpServerTest, RejectsMalformedRequests) {
  HttpOptions http;
  http.max_body = 2000;
  start(http);
  const std::string post = std::string("POST ") + kInfer + " HTTP/1.1\r\nHost: x\r\n";
  const std::vector<Bad> all{
      {400, "GET /v2 HTTP/1.1\r\n\r\n"},  // no Host
      {505, "GET /v2 HTTP/9.9\r\nHost: x\r\n\r\n"},
      {400, "GET /v2 HTTX/1.1\r\nHost: x\r\n\r\n"},
      {400, post + "Content-Length: x\r\n\r\n"},
      {400, post + "Content-Length: -1\r\n\r\n"},
      {413, post + "Content-Length: 99999999999999999999999\r\n\r\n"},
      {413, post + "Content-Length: 18446744073709551614\r\n\r\n"},
      {400, post + "Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}"},
      {400, post + "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"},
      {400, post + "Transfer-Encoding: gzip\r\n\r\n{}"},
      {400, post + "Transfer-Encoding: chunked\r\n\r\nzz\r\n"},
      {431, "GET /v2 HTTP/1.1\r\nHost: x\r\nA: " + std::string(40'000, 'x') + "\r\n\r\n"},
      {411, post + "\r\n"},
      {413, post_request(kInfer, std::string(2001, ' '))},
      {413, post + "Transfer-Encoding: chunked\r\n\r\n7d1\r\n" + std::string(2001, ' ') +
                "\r\n0\r\n\r\n"},
      {415, post_request(kInfer, "{}", "Content-Type: image/png\r\n")},
      {415, post_request(kInfer, "{}", "Content-Encoding: br\r\n")},
      {405, "DELETE /v2 HTTP/1.1\r\nHost: x\r\n\r\n"},
      {404, get_request("/v2/models/fake%00")},
      {400, post_request(kInfer, std::string(2000, '['))},
  };
  for (const auto& bad : all) {
    EXPECT_EQ(status_of(bad.bytes), bad.status) << bad.bytes.substr(0, 200);
    EXPECT_EQ(status_of(get_request("/v2/health/live")), 200);
  }
}

// A request damaged by a seed: bytes are changed, removed, repeated or cut off.
std::string damaged(std::string bytes, std::mt19937_64& random) {
  const auto below = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
  for (auto changes = 1 + below(3); changes > 0; --changes) {
    const auto place = below(bytes.size());
    switch (below(4)) {
      case 0:
        bytes[place] = static_cast<char>(random());
        break;
      case 1:
        bytes.erase(place + 1, below(20));
        break;
      case 2:
        bytes.insert(place, bytes.substr(below(bytes.size()), 1 + below(20)));
        break;
      default:
        bytes.resize(place + 1);
    }
  }
  return bytes;
}

// Each damaged request is answered or its connection ends, and the server continues. An answer has
// a status that a client can act on.
TEST_F(HttpServerTest, SurvivesDamagedRequests) {
  start();
  const auto good = post_request(kInfer, fake_request());
  std::mt19937_64 random(test_seed());
  const auto statuses = testing::AnyOf(200, 400, 404, 405, 408, 411, 413, 415, 431, 501, 505);
  for (int round = 0; round < 10; ++round) {
    std::vector<std::pair<std::string, std::unique_ptr<HttpClient>>> clients;
    for (int i = 0; i < 200; ++i) {
      clients.emplace_back(damaged(good, random), std::make_unique<HttpClient>(port));
      clients.back().second->send(clients.back().first);
      clients.back().second->finish_sending();
    }
    for (const auto& [bytes, client] : clients) {
      for (bool open = true; open;) {
        const auto reply = client->receive(bytes.rfind("HEAD", 0) == 0);
        open = reply && reply->headers.count("connection") == 0;
        EXPECT_THAT(reply ? reply->status : 400, statuses) << bytes;
      }
    }
  }
  EXPECT_EQ(status_of(good), 200);
}

// A client that sends Expect gets the rejection before it sends its body. A client that sends at
// once gets it too.
TEST_F(HttpServerTest, RejectsLargeBodiesWithAndWithoutExpect) {
  HttpOptions http;
  http.max_body = 1000;
  start(http);
  HttpClient asks(port), sends(port), may(port);
  asks.send(std::string("POST ") + kInfer +
            " HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 1001\r\n\r\n");
  EXPECT_EQ(status_of(asks.receive()), 413);
  EXPECT_EQ(asks.continues(), 0);
  EXPECT_EQ(status_of(sends.post(kInfer, std::string(3000, ' '))), 413);
  EXPECT_EQ(status_of(sends.get("/v2/health/live")), 200);  // the connection goes on
  may.send(std::string("POST ") + kInfer + " HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n" +
           "Content-Length: " + std::to_string(fake_request().size()) + "\r\n\r\n");
  EXPECT_TRUE(may.receive_continue());
  may.send(fake_request());
  EXPECT_EQ(status_of(may.receive()), 200);
}

}  // namespace
}  // namespace digits
