// Shutdown: of clients that wait to be accepted, and of clients that are too slow.
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <cstddef>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/descriptor.h"
#include "base/error.h"
#include "serve/http_server.h"
#include "serve/http_status.h"
#include "support/http_client.h"
#include "support/loopback.h"
#include "support/open_files.h"
#include "support/service_calls.h"

namespace digits {
namespace {

// UndefinedBehaviorSanitizer opens a pipe to look at an object: without a descriptor it reports
// all.
#ifdef __SANITIZE_ADDRESS__
constexpr bool kSanitized = true;
#else
constexpr bool kSanitized = false;
#endif
constexpr const char* kNeedsDescriptors = "the sanitizers need descriptors of their own";

// While it exists, this process opens no more files.
class NoFreeDescriptor {
 public:
  explicit NoFreeDescriptor(int highest) {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    auto limit = before_;
    limit.rlim_cur = static_cast<rlim_t>(highest) + 1;
    ::setrlimit(RLIMIT_NOFILE, &limit);
    for (int fd = ::dup(highest); fd >= 0; fd = ::dup(highest)) gaps_.emplace_back(fd);
  }
  ~NoFreeDescriptor() { ::setrlimit(RLIMIT_NOFILE, &before_); }
  NoFreeDescriptor(const NoFreeDescriptor&) = delete;
  NoFreeDescriptor& operator=(const NoFreeDescriptor&) = delete;

 private:
  rlimit before_{};
  std::vector<Descriptor> gaps_;
};

// A server of one connection, with a model that computes when the test opens its gate.
class HttpStopTest : public HttpServerTest {
 protected:
  // The first one of these clients has the connection, and waits for the model. The others have
  // sent a request, and wait to be accepted.
  void start_with_clients(int count) {
    HttpOptions http;
    http.connections = 1;
    start(http, {}, model);
    for (int i = 0; i < count; ++i) {
      clients.push_back(std::make_unique<HttpClient>(port));
      clients.back()->send(post_request(kInfer, fake_request()));
      if (i == 0) model->wait_for_arrivals(1);
    }
  }
  std::future<bool> stop() {
    return std::async(std::launch::async, [this] { return server->stop(milliseconds(20'000)); });
  }
  // The number of clients that receive their answer. The first one without ends the count: each
  // would wait for a minute.
  std::size_t answered() {
    std::size_t count = 0;
    while (count < clients.size() && status_of(clients[count]->receive()) == 200) ++count;
    return count;
  }
  const std::shared_ptr<GatedModel> model = std::make_shared<GatedModel>();
  std::vector<std::unique_ptr<HttpClient>> clients;
};

// Clients that have connected are accepted, however many they are: 70 are more than the limit of
// connections and those that the library may still count.
TEST_F(HttpStopTest, AnswersAllClientsThatWait) {
  const auto files = raise_limit_of_files(256);  // both ends of 71 connections, and what is open
  if (files < 256) GTEST_SKIP() << "the limit of open files is " << files;
  start_with_clients(71);
  auto stopped = stop();
  // The gate stays closed until all are accepted at once, or for ten seconds.
  for (int i = 0; i < 2'000 && server->connections() < clients.size(); ++i) {
    std::this_thread::sleep_for(milliseconds(5));
  }
  EXPECT_EQ(server->connections(), clients.size());
  model->open();
  EXPECT_EQ(answered(), 71U);
  EXPECT_TRUE(stopped.get());
}

// When no descriptor is free, the last clients wait until a connection is closed.
TEST_F(HttpStopTest, WaitsForAFreeDescriptor) {
  if (kSanitized) GTEST_SKIP() << kNeedsDescriptors;
  start_with_clients(10);
  const NoFreeDescriptor none(clients.back()->fd());
  auto stopped = stop();
  model->open();
  EXPECT_EQ(answered(), 10U);
  EXPECT_TRUE(stopped.get());
}

// When no descriptor is free, the system accepts no client, and gives the same error if none waits.
// The shutdown waits for clients alone.
TEST_F(HttpStopTest, NeedsNoDescriptorWithoutClients) {
  if (kSanitized) GTEST_SKIP() << kNeedsDescriptors;
  start();
  // The threads of the model and of the observer open files when they begin.
  EXPECT_EQ(status_of(post_request(kInfer, fake_request())), 200);
  EXPECT_EQ(status_of("GET /v2/models/fake/profile HTTP/1.1\r\nHost: x\r\n\r\n"), 200);
  const NoFreeDescriptor none(STDERR_FILENO);  // whatever the other threads close
  EXPECT_TRUE(server->stop(milliseconds(1'000)));
}

// A client that stops in the middle of its request gets 408 at the end of the shutdown, and is
// counted. No complete request is left without its answer.
TEST_F(HttpStopTest, EndsIncompleteRequests) {
  start();
  HttpClient client(port);
  client.send(std::string("POST ") + kInfer +
              " HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 900\r\n\r\n");
  EXPECT_TRUE(client.receive_continue());  // the server has read the headers
  client.send("{");
  EXPECT_TRUE(server->stop(milliseconds(300)));
  EXPECT_EQ(status_of(client.receive()), 408);
  const auto metrics = ask(*service, request_of("GET", "/metrics")).body;
  EXPECT_THAT(metrics, testing::HasSubstr("endpoint=\"unknown\",status=\"408\"} 1\n"));
}

// Holds the thread that reads, the only one, at the headers of a request for /hold.
class HoldingHandler : public HttpHandler {
 public:
  bool admit(const HttpRequest& request) override {
    if (request.path == "/hold") {
      held_.set_value();
      is_free_.wait_for(kPatience);
    }
    return true;
  }
  void handle(HttpRequest /*request*/, Responder respond) override { respond({}); }
  HttpResponse error_response(const HttpRequest& /*request*/, const Error& error) override {
    return error_response_of(error);
  }
  void wait_until_held() { is_held_.wait_for(kPatience); }
  void release() { free_.set_value(); }

 private:
  static constexpr std::chrono::seconds kPatience{60};  // against hanging
  std::promise<void> held_, free_;
  std::future<void> is_held_ = held_.get_future(), is_free_ = free_.get_future();
};

// The result of a shutdown at its time limit. A request waits for the thread that reads, which is
// held for this time; if `is_open`, its connection has had an earlier request.
bool stop_with_unread_request(bool is_open, milliseconds held) {
  HoldingHandler handler;
  HttpServer server({}, handler);
  const int port = server.address().port;
  std::unique_ptr<HttpClient> client;
  if (is_open) {
    client = std::make_unique<HttpClient>(port);
    EXPECT_TRUE(client->get("/v2"));
  }
  HttpClient holding(port);
  holding.send(get_request("/hold"));
  handler.wait_until_held();
  if (!is_open) client = std::make_unique<HttpClient>(port);
  client->send(get_request("/v2"));
  auto stopped = std::async(std::launch::async, [&] { return server.stop(milliseconds(1)); });
  std::this_thread::sleep_for(held);
  handler.release();
  return stopped.get();
}

// A request that has arrived and that nobody has read is lost at the time limit, and is reported.
// On a busy machine the stopping thread may reach its limit late, when the request is answered:
// then the reading thread is held for longer.
TEST(HttpStop, ReportsUnreadRequests) {
  for (const bool is_open : {true, false}) {
    bool complete = true;
    for (const int held : {50, 500, 5'000}) {
      complete = stop_with_unread_request(is_open, milliseconds(held));
      if (!complete) break;
    }
    EXPECT_FALSE(complete) << (is_open ? "of an idle connection" : "of a new connection");
  }
}

}  // namespace
}  // namespace digits
