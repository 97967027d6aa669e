// A web server inside the test, which behaves as badly as it is told to.
#pragma once

#include <httplib.h>

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

namespace digits {

// Listens on 127.0.0.1, on a port that the system chooses, for as long as it lives.
class LoopbackServer {
 public:
  using Handler = httplib::Server::Handler;

  explicit LoopbackServer(std::unique_ptr<httplib::Server> server = nullptr)
      : server_(server ? std::move(server) : std::make_unique<httplib::Server>()),
        port_(server_->bind_to_any_port("127.0.0.1")) {
    server_->Get("/([^/]+)/.*",
                 [this](const httplib::Request& request, httplib::Response& response) {
                   handler(request.matches[1])(request, response);
                 });
    thread_ = std::thread([this] { server_->listen_after_bind(); });
    while (!server_->is_running()) std::this_thread::yield();
  }
  ~LoopbackServer() {
    {
      const std::lock_guard lock(mutex_);
      ending_ = true;
    }
    ended_.notify_all();
    server_->stop();
    thread_.join();
  }
  LoopbackServer(const LoopbackServer&) = delete;
  LoopbackServer& operator=(const LoopbackServer&) = delete;

  // "127.0.0.1:PORT/NAME/", below which `handler` answers every GET, on a thread of the server.
  std::string mirror(const std::string& name, Handler handler) {
    const std::lock_guard lock(mutex_);
    handlers_[name] = std::move(handler);
    return "127.0.0.1:" + std::to_string(port_) + "/" + name + "/";
  }

  // For handlers: returns when the server ends.
  void stall() {
    std::unique_lock lock(mutex_);
    ended_.wait(lock, [this] { return ending_; });
  }

 private:
  Handler handler(const std::string& name) {
    const std::lock_guard lock(mutex_);
    return handlers_.at(name);
  }

  std::unique_ptr<httplib::Server> server_;
  int port_;
  std::mutex mutex_;
  std::condition_variable ended_;
  bool ending_ = false;
  std::map<std::string, Handler> handlers_;
  std::thread thread_;
};

}  // namespace digits
