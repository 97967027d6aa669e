// Clients that send requests without pause, and count the outcomes.
#pragma once

#include <atomic>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "support/http_client.h"

namespace digits {

// `clients` threads. Each keeps its connection as long as the server does, sends every request
// completely, and then waits for the response.
class Load {
 public:
  Load(int port, int clients, const std::string& path, const std::string& body) {
    for (int i = 0; i < clients; ++i) {
      threads_.emplace_back([this, port, request = post_request(path, body)] {
        while (!stopped_ && run(port, request)) {
        }
      });
    }
  }
  ~Load() { stop(); }

  void stop() {
    stopped_ = true;
    for (auto& thread : threads_) thread.join();
    threads_.clear();
  }
  // Waits until the clients end because the server no longer listens.
  void wait() {
    for (auto& thread : threads_) thread.join();
    threads_.clear();
  }

  // Lost: the connection ended without the response. A connection that ended before its first one
  // may have been in the system's queue when the server stopped to listen: it was never accepted.
  std::atomic<long> answered{0}, lost{0}, not_accepted{0};

  std::map<int, long> statuses() const {
    const std::lock_guard lock(mutex_);
    return statuses_;
  }
  std::set<std::string> bodies() const {  // distinct ones
    const std::lock_guard lock(mutex_);
    return bodies_;
  }
  std::map<std::string, long> versions() const {  // that answered
    const std::lock_guard lock(mutex_);
    return versions_;
  }

 private:
  // One connection. False when the connection is rejected.
  bool run(int port, const std::string& request) {
    HttpClient client(port, /*must_connect=*/false);
    if (!client.connected()) return false;
    for (bool first = true; !stopped_; first = false) {
      // A connection that was closed between two requests has received none.
      if (!client.send(request)) return true;
      const auto reply = client.receive();
      if (!reply) {
        ++(first ? not_accepted : lost);
        return true;
      }
      ++answered;
      count(*reply);
      if (reply->headers.count("connection") > 0) return true;
    }
    return true;
  }

  void count(const Reply& reply) {
    const std::string key = "\"model_version\":\"";
    const auto begin = reply.body.find(key);
    const std::lock_guard lock(mutex_);
    ++statuses_[reply.status];
    bodies_.insert(reply.body);
    if (begin == std::string::npos) return;
    const auto end = reply.body.find('"', begin + key.size());
    ++versions_[reply.body.substr(begin + key.size(), end - begin - key.size())];
  }

  std::atomic<bool> stopped_{false};
  mutable std::mutex mutex_;
  std::map<int, long> statuses_;
  std::set<std::string> bodies_;
  std::map<std::string, long> versions_;
  std::vector<std::thread> threads_;
};

}  // namespace digits
