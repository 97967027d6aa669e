// A request that is rejected and late at the same moment is counted once.
#include <atomic>
#include <chrono>
#include <functional>
#include <future>
#include <optional>

#include "serve/http_server.h"
#include "serve/http_status.h"
#include "support/http_client.h"
#include "support/testing.h"

namespace digits {
namespace {

constexpr std::chrono::seconds kAgainstHanging{60};

// Rejects each request, and counts the answers.
class RejectingHandler : public HttpHandler {
 public:
  bool admit(const HttpRequest& /*request*/) override {
    throw Error("route.unknown", "a path", "another path");
  }
  void handle(HttpRequest /*request*/, Responder respond) override {
    ++counted;
    respond({});
  }
  HttpResponse error_response(const HttpRequest& /*request*/, const Error& error) override {
    ++counted;
    return error_response_of(error);
  }
  std::atomic<int> counted{0};
};

// The count of a request that stops in its body. `at_end` is called when its client has seen 408
// and the end.
int count_of_incomplete_request(RejectingHandler& handler, const std::function<void()>& at_end) {
  HttpOptions options;
  options.timeout = std::chrono::milliseconds(500);
  HttpServer server(options, handler);
  std::optional<Reply> reply;
  for (int i = 0; i < 10 && !reply; ++i) {  // a client of a busy machine may begin too late
    HttpClient client(server.address().port);
    client.send("POST /v2 HTTP/1.1\r\nHost: x\r\nContent-Length: 900\r\n\r\n{");
    reply = client.receive();
    EXPECT_TRUE(client.ended());
  }
  EXPECT_EQ(reply ? reply->status : 0, 408);
  at_end();
  server.stop(std::chrono::milliseconds(1'000));
  return handler.counted;
}

// The time limit fires before the request is rejected: it is counted as late, and not rejected.
TEST(HttpCounting, LateRequestIsNotRejected) {
  class Handler : public RejectingHandler {
   public:
    bool admit(const HttpRequest& request) override {
      is_late_.wait_for(kAgainstHanging);
      return RejectingHandler::admit(request);
    }
    HttpResponse error_response(const HttpRequest& request, const Error& error) override {
      auto response = RejectingHandler::error_response(request, error);
      if (counted == 1) late_.set_value();
      return response;
    }

   private:
    std::promise<void> late_;
    std::future<void> is_late_ = late_.get_future();
  };
  Handler handler;
  EXPECT_EQ(count_of_incomplete_request(handler, [] {}), 1);
}

// The time limit fires while the response to a rejected request is made: it is not counted as late.
TEST(HttpCounting, RejectedRequestIsNotLate) {
  class Handler : public RejectingHandler {
   public:
    HttpResponse error_response(const HttpRequest& request, const Error& error) override {
      auto response = RejectingHandler::error_response(request, error);
      if (error.code() == "route.unknown") is_ended_.wait_for(kAgainstHanging);
      return response;
    }
    std::promise<void> ended;

   private:
    std::future<void> is_ended_ = ended.get_future();
  };
  Handler handler;
  EXPECT_EQ(count_of_incomplete_request(handler, [&] { handler.ended.set_value(); }), 1);
}

}  // namespace
}  // namespace digits
