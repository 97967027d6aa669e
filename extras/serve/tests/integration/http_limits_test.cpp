// The server's limits for slow, numerous and disconnected clients, and its shutdown.
#include <future>
#include <thread>

#include "support/loopback.h"
#include "support/open_files.h"
#include "support/service_calls.h"

namespace digits {
namespace {

class HttpLimitsTest : public HttpServerTest {};

// Single bytes do not extend the time limit: headers and bodies each have a deadline as a whole.
// The clients would send for a hundred times as long, and not reach the end of their requests.
TEST_F(HttpLimitsTest, TimesOutSlowRequests) {
  HttpOptions http;
  http.timeout = milliseconds(300);
  start(http);
  HttpClient silent(port), headers(port), body(port);
  const auto drip = [](HttpClient& client, const std::string& start) {
    bool open = client.send(start);
    for (int i = 0; i < 1'500 && open; ++i) {
      std::this_thread::sleep_for(milliseconds(20));
      open = client.send("A");
    }
    EXPECT_FALSE(open) << start;
  };
  std::thread slow([&] { drip(headers, "GET /v2 HTTP/1.1\r\nHost: "); });
  drip(body,
       std::string("POST ") + kInfer + " HTTP/1.1\r\nHost: x\r\nContent-Length: 900000\r\n\r\n");
  slow.join();
  EXPECT_TRUE(silent.ended());
  EXPECT_EQ(status_of(get_request("/v2/health/live")), 200);
}

// A client that stops in the middle of a request gets an error with the reason. The error is
// counted.
TEST_F(HttpLimitsTest, AnswersIncompleteRequests) {
  HttpOptions http;
  http.timeout = milliseconds(100);
  start(http);
  HttpClient client(port);
  client.send(std::string("POST ") + kInfer +
              " HTTP/1.1\r\nHost: x\r\nContent-Length: 900\r\n\r\n{");
  const auto reply = client.receive();
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->status, 408);
  EXPECT_THAT(reply->body, testing::HasSubstr("request.timeout"));
  EXPECT_TRUE(client.ended());
  std::string metrics;  // on a busy machine this client may be too slow, too
  const std::string counted = R"(digits_requests_total{endpoint="unknown",status="408"})";
  for (int i = 0; i < 1000 && metrics.find(counted) == std::string::npos; ++i) {
    std::this_thread::sleep_for(milliseconds(5));
    if (const auto answer = HttpClient(port).get("/metrics")) metrics = answer->body;
  }
  EXPECT_THAT(metrics, testing::HasSubstr(counted));
}

// A client that stops in the body of a rejected request is counted as rejected, and not also as
// late. The server counts the late requests before it ends.
TEST_F(HttpLimitsTest, CountsARejectedRequestOnce) {
  HttpOptions http;
  http.timeout = milliseconds(1000);  // a busy machine may delay the client
  start(http);
  HttpClient client(port);
  client.send("POST /v2/unknown HTTP/1.1\r\nHost: x\r\nContent-Length: 900\r\n\r\n{");
  EXPECT_TRUE(client.receive());
  EXPECT_TRUE(client.ended());
  server->stop(milliseconds(1000));
  const auto metrics = ask(*service, request_of("GET", "/metrics")).body;
  EXPECT_THAT(metrics, testing::HasSubstr(R"(endpoint="unknown",status="404"} 1)"));
  EXPECT_THAT(metrics, testing::Not(testing::HasSubstr(R"(status="408")")));
}

// A client without a token may send a body to a public endpoint, as large as all bodies together
// may be. It is not stored: inferences are answered.
TEST_F(HttpLimitsTest, StoresNoBodyThatIsNotRead) {
  HttpOptions http;
  http.max_body = 1000;
  http.max_buffered = 1000;
  start(http);
  HttpClient holds(port);
  holds.send(
      "GET /v2/health/live HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n"
      "Content-Length: 1000\r\n\r\n");
  EXPECT_TRUE(holds.receive_continue());
  holds.send(std::string(950, ' '));
  EXPECT_EQ(status_of(post_request(kInfer, fake_request())), 200);
  holds.send(std::string(50, ' '));
  EXPECT_EQ(status_of(holds.receive()), 200);
}

// A thousand idle connections do not delay other clients.
TEST_F(HttpLimitsTest, AnswersDespiteIdleConnections) {
  const auto files = raise_limit_of_files(2200);
  if (files < 2200) GTEST_SKIP() << "the limit of open files is " << files;
  start();
  std::vector<std::unique_ptr<HttpClient>> idle;
  for (int i = 0; i < 1000; ++i) idle.push_back(std::make_unique<HttpClient>(port));
  HttpClient busy(port);
  for (int i = 0; i < 50; ++i) ASSERT_EQ(status_of(busy.post(kInfer, fake_request())), 200);
  EXPECT_EQ(server->connections(), 1001U);
  EXPECT_EQ(status_of(idle.front()->get("/v2/health/live")), 200);
  EXPECT_EQ(status_of(idle.back()->get("/v2/health/live")), 200);
}

// A client beyond the connection limit waits. It is not rejected.
TEST_F(HttpLimitsTest, ConnectionsBeyondTheLimitWait) {
  HttpOptions http;
  http.connections = 2;
  start(http);
  auto first = std::make_unique<HttpClient>(port);
  HttpClient second(port), third(port);
  EXPECT_EQ(first->get("/v2/health/live")->status, 200);
  EXPECT_EQ(second.get("/v2/health/live")->status, 200);
  third.send(get_request("/v2/health/live"));
  std::this_thread::sleep_for(milliseconds(50));
  EXPECT_EQ(server->connections(), 2U);
  first.reset();
  EXPECT_EQ(third.receive()->status, 200);
}

// A full queue is reported at once, with a Retry-After header.
TEST_F(HttpLimitsTest, RejectsWhenTheQueueIsFull) {
  const auto model = std::make_shared<GatedModel>();
  ServiceOptions options;
  options.queue = 1;
  start({}, options, model);
  HttpClient computed(port), waits(port), refused(port);
  computed.send(post_request(kInfer, fake_request()));
  model->wait_for_arrivals(1);
  waits.send(post_request(kInfer, fake_request()));
  // Until the second one waits, a third one would.
  for (int waiting = 0; waiting == 0;) {
    const auto metrics = HttpClient(port).get("/metrics")->body;
    waiting = metrics.find("digits_queue_images 1") != std::string::npos ? 1 : 0;
  }
  auto reply = refused.post(kInfer, fake_request()).value_or(Reply{});
  EXPECT_EQ(reply.status, 503);
  EXPECT_EQ(reply.headers["retry-after"], "1");
  model->open();
  EXPECT_EQ(computed.receive()->status, 200);
  EXPECT_EQ(waits.receive()->status, 200);
}

// A client that disconnects during the computation of its request leaves nothing behind.
TEST_F(HttpLimitsTest, SurvivesDisconnectedClients) {
  const auto model = std::make_shared<GatedModel>();
  start({}, {}, model);
  {
    HttpClient computing(port), sending(port);
    computing.send(post_request(kInfer, fake_request()));
    sending.send(std::string("POST ") + kInfer +
                 " HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{");
    model->wait_for_arrivals(1);
  }
  model->open();
  EXPECT_EQ(status_of(post_request(kInfer, fake_request())), 200);
  for (int i = 0; i < 4'000 && server->connections() > 0; ++i) {
    std::this_thread::sleep_for(milliseconds(5));
  }
  EXPECT_EQ(server->connections(), 0U);
}

// At shutdown every accepted request is answered, including requests that were sent but not yet
// read. Then no connection is accepted.
TEST_F(HttpLimitsTest, StopsWithoutLosingARequest) {
  const auto model = std::make_shared<GatedModel>();
  start({}, {}, model);
  HttpClient computing(port), idle(port), waiting(port);
  EXPECT_EQ(idle.get("/v2/health/live")->status, 200);
  computing.send(post_request(kInfer, fake_request()));
  model->wait_for_arrivals(1);
  waiting.send(post_request(kInfer, fake_request("1")));
  HttpClient late(port);  // connected, perhaps not accepted yet
  auto stopped = std::async(std::launch::async, [&] { return server->stop(milliseconds(20'000)); });
  late.send(post_request(kInfer, fake_request("1")));
  std::this_thread::sleep_for(milliseconds(20));
  model->open();
  for (auto* const client : {&computing, &waiting, &late}) {
    auto reply = client->receive();
    ASSERT_TRUE(reply);
    EXPECT_EQ(reply->status, 200);
    EXPECT_EQ(reply->headers["connection"], "close");
    EXPECT_TRUE(client->ended());
  }
  EXPECT_TRUE(idle.ended());
  EXPECT_TRUE(stopped.get());
  EXPECT_FALSE(HttpClient(port, /*must_connect=*/false).connected());
}

// Requests without an answer at the time limit are reported. On a busy machine the stopping thread
// may reach its limit late: then the answer is held back for longer.
TEST_F(HttpLimitsTest, StopReportsUnansweredRequests) {
  bool complete = true;
  for (const int held : {50, 500, 5'000}) {  // ms
    const auto model = std::make_shared<GatedModel>();
    start({}, {}, model);
    HttpClient client(port);
    client.send(post_request(kInfer, fake_request()));
    model->wait_for_arrivals(1);
    auto stopped = std::async(std::launch::async, [&] { return server->stop(milliseconds(1)); });
    std::this_thread::sleep_for(milliseconds(held));
    model->open();
    complete = stopped.get();
    if (!complete) break;
  }
  EXPECT_FALSE(complete);
}

// A port in use, and an address that this machine does not have.
TEST_F(HttpLimitsTest, RejectsUnusableAddresses) {
  start();
  HttpOptions taken;
  taken.port = port;
  expect_error("usage.address", [&] { HttpServer(taken, *service); });
  taken.host = "192.0.2.1";  // reserved address: RFC 5737
  expect_error("usage.address", [&] { HttpServer(taken, *service); });
  EXPECT_TRUE(server->address().loopback);
  EXPECT_THAT(server->address().url, testing::StartsWith("http://127.0.0.1:"));
}

}  // namespace
}  // namespace digits
