// HTTP over real sockets, with a model that answers at once or when the test opens its gate.
#pragma once

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "serve/http_server.h"
#include "serve/service.h"
#include "support/fake_model.h"
#include "support/http_client.h"
#include "support/testing.h"

namespace digits {

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
  // 0 if there is no response.
  static int status_of(const std::optional<Reply>& reply) { return reply ? reply->status : 0; }
  int status_of(const std::string& bytes) {
    HttpClient client(port);
    client.send(bytes);
    return status_of(client.receive());
  }
  void TearDown() override {
    server.reset();  // before the objects that receive its requests
    service.reset();
  }
  std::unique_ptr<Service> service;
  std::unique_ptr<HttpServer> server;
  int port = 0;
};

}  // namespace digits
