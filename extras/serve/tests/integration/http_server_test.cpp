// HTTP over real sockets, with a model that answers at once or when it is told to.
#include "serve/http_server.h"

#include <sys/resource.h>

#include <condition_variable>
#include <mutex>
#include <random>
#include <thread>

#include "serve/service.h"
#include "support/fake_model.h"
#include "support/http_client.h"
#include "support/testing.h"

namespace digits {
namespace {

using std::chrono::milliseconds;

constexpr const char* kInfer = "/v2/models/fake/infer";

// Computes when the gate is open.
class GatedModel : public FakeModel {
 public:
  std::vector<float> logits(const float* images, std::size_t n) const override {
    std::unique_lock lock(mutex_);
    ++arrived_;
    changed_.notify_all();
    changed_.wait(lock, [&] { return open_; });
    return FakeModel::logits(images, n);
  }
  void open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }
  void wait_for_arrivals(int count) const {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return arrived_ >= count; });
  }

 private:
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  mutable int arrived_ = 0;
  bool open_ = false;
};

class HttpServerTest : public testing::Test {
 protected:
  void start(HttpOptions http = {}, ServiceOptions options = {},
             std::shared_ptr<const ServedModel> model = std::make_shared<FakeModel>()) {
    service = std::make_unique<Service>(options, std::move(model));
    server = std::make_unique<HttpServer>(http, *service);
    port = server->address().port;
  }
  int status_of(const std::string& bytes) {
    HttpClient client(port);
    client.send(bytes);
    const auto reply = client.receive();
    return reply ? reply->status : 0;
  }
  void TearDown() override {
    server.reset();  // before what it hands requests to
    service.reset();
  }
  std::unique_ptr<Service> service;
  std::unique_ptr<HttpServer> server;
  int port = 0;
};

// One connection serves many requests, one after the other or sent ahead; answers keep their order.
TEST_F(HttpServerTest, KeepsAConnection) {
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
  EXPECT_EQ(client.receive()->status, 200);
  EXPECT_EQ(client.get("/v2/health/live")->status, 200);
}

TEST_F(HttpServerTest, AnswersHead) {
  start();
  HttpClient client(port);
  client.send("HEAD /v2 HTTP/1.1\r\nHost: x\r\n\r\n");
  const auto reply = client.receive(/*head=*/true);
  EXPECT_EQ(reply->status, 200);
  EXPECT_GT(std::stoi(reply->headers.at("content-length")), 0);
  EXPECT_EQ(client.get("/v2/health/live")->status, 200);
}

struct Bad {
  int status;  // 0: the connection ends without a response
  std::string bytes;
};

// What is no HTTP, or leaves open where a request ends, is refused; the server goes on.
TEST_F(HttpServerTest, RefusesMalformedRequests) {
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

// A request that a seed damages: bytes are changed, left out, repeated, or cut off.
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

// Each damaged request is answered or its connection ends, and the server goes on. What is answered
// has a status that a client can act on.
TEST_F(HttpServerTest, OutlivesDamagedRequests) {
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

// A client that asks before it sends is told in time; one that sends at once is told all the same.
TEST_F(HttpServerTest, RefusesLargeBodiesOfEitherClient) {
  HttpOptions http;
  http.max_body = 1000;
  start(http);
  HttpClient asks(port), sends(port), may(port);
  asks.send(std::string("POST ") + kInfer +
            " HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 1001\r\n\r\n");
  EXPECT_EQ(asks.receive()->status, 413);
  EXPECT_EQ(asks.continues(), 0);
  EXPECT_EQ(sends.post(kInfer, std::string(3000, ' '))->status, 413);
  EXPECT_EQ(sends.get("/v2/health/live")->status, 200);  // the connection goes on
  may.send(std::string("POST ") + kInfer + " HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n" +
           "Content-Length: " + std::to_string(fake_request().size()) + "\r\n\r\n");
  may.send(fake_request());
  EXPECT_EQ(may.receive()->status, 200);
  EXPECT_EQ(may.continues(), 1);
}

// A byte now and then keeps nobody's place: headers and bodies have a deadline as a whole.
TEST_F(HttpServerTest, EndsSlowRequests) {
  HttpOptions http;
  http.timeout = milliseconds(300);
  start(http);
  HttpClient silent(port), headers(port), body(port);
  const auto drip = [](HttpClient& client, const std::string& start) {
    bool open = client.send(start);
    while (open) {
      std::this_thread::sleep_for(milliseconds(20));
      open = client.send("A");
    }
  };
  std::thread slow([&] { drip(headers, "GET /v2 HTTP/1.1\r\nHost: "); });
  drip(body, std::string("POST ") + kInfer + " HTTP/1.1\r\nHost: x\r\nContent-Length: 900\r\n\r\n");
  slow.join();
  EXPECT_TRUE(silent.ended());
  EXPECT_EQ(status_of(get_request("/v2/health/live")), 200);
}

// Who stops in the middle is told why.
TEST_F(HttpServerTest, TellsWhoStopsInTheMiddle) {
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
}

// A thousand clients that only hold a connection take nothing from those that ask.
TEST_F(HttpServerTest, AnswersBesideIdleConnections) {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_cur < 2200) GTEST_SKIP() << "the limit of open files is " << limit.rlim_cur;
  start();
  std::vector<std::unique_ptr<HttpClient>> idle;
  for (int i = 0; i < 1000; ++i) idle.push_back(std::make_unique<HttpClient>(port));
  HttpClient busy(port);
  for (int i = 0; i < 50; ++i) ASSERT_EQ(busy.post(kInfer, fake_request())->status, 200);
  EXPECT_EQ(server->connections(), 1001U);
  EXPECT_EQ(idle.front()->get("/v2/health/live")->status, 200);
  EXPECT_EQ(idle.back()->get("/v2/health/live")->status, 200);
}

// Beyond the limit a client waits for its turn rather than being turned away.
TEST_F(HttpServerTest, FurtherConnectionsWait) {
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

// A full queue is told at once, with when to come back.
TEST_F(HttpServerTest, RefusesWhenTheQueueIsFull) {
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
  const auto reply = refused.post(kInfer, fake_request());
  EXPECT_EQ(reply->status, 503);
  EXPECT_EQ(reply->headers.at("retry-after"), "1");
  model->open();
  EXPECT_EQ(computed.receive()->status, 200);
  EXPECT_EQ(waits.receive()->status, 200);
}

// A client that goes away while its request is computed leaves nothing behind.
TEST_F(HttpServerTest, OutlivesClientsThatGoAway) {
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
  while (server->connections() > 0) std::this_thread::sleep_for(milliseconds(1));
}

// The end: what was accepted is answered, also what a client has sent without being read yet; then
// nobody is accepted any more.
TEST_F(HttpServerTest, StopsWithoutLosingARequest) {
  const auto model = std::make_shared<GatedModel>();
  start({}, {}, model);
  HttpClient computing(port), idle(port), waiting(port);
  EXPECT_EQ(idle.get("/v2/health/live")->status, 200);
  computing.send(post_request(kInfer, fake_request()));
  model->wait_for_arrivals(1);
  waiting.send(post_request(kInfer, fake_request("1")));
  HttpClient late(port);  // connected, perhaps not accepted yet
  bool complete = false;
  std::thread stopping([&] { complete = server->stop(milliseconds(20'000)); });
  late.send(post_request(kInfer, fake_request("1")));
  std::this_thread::sleep_for(milliseconds(20));
  model->open();
  for (auto* const client : {&computing, &waiting, &late}) {
    const auto reply = client->receive();
    ASSERT_TRUE(reply);
    EXPECT_EQ(reply->status, 200);
    EXPECT_EQ(reply->headers.at("connection"), "close");
    EXPECT_TRUE(client->ended());
  }
  EXPECT_TRUE(idle.ended());
  stopping.join();
  EXPECT_TRUE(complete);
  EXPECT_FALSE(HttpClient(port, /*must_connect=*/false).connected());
}

// What is not answered in time is told.
TEST_F(HttpServerTest, StopTellsWhatIsUnanswered) {
  const auto model = std::make_shared<GatedModel>();
  start({}, {}, model);
  HttpClient client(port);
  client.send(post_request(kInfer, fake_request()));
  model->wait_for_arrivals(1);
  bool complete = true;
  std::thread stopping([&] { complete = server->stop(milliseconds(1)); });
  std::this_thread::sleep_for(milliseconds(50));
  model->open();
  stopping.join();
  EXPECT_FALSE(complete);
}

// An address that is taken is the person's to change.
TEST_F(HttpServerTest, SaysThatAnAddressIsTaken) {
  start();
  HttpOptions taken;
  taken.port = port;
  expect_error("usage.address", [&] { HttpServer(taken, *service); });
  taken.host = "192.0.2.1";  // of nobody: RFC 5737
  expect_error("usage.address", [&] { HttpServer(taken, *service); });
  EXPECT_TRUE(server->address().loopback);
  EXPECT_THAT(server->address().url, testing::StartsWith("http://127.0.0.1:"));
}

}  // namespace
}  // namespace digits
