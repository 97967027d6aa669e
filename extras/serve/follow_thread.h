// Follows the promoted versions of the server's models, on a thread of its own.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "serve/observer.h"
#include "serve/served_model.h"
#include "serve/version_follower.h"

namespace digits {

using UseModel = std::function<void(std::shared_ptr<const ServedModel>)>;

// A model of a repository, and the functions that bring its promoted version into use.
struct FollowedModel {
  std::string role;                               // "live", "shadow" or "canary"
  int version = 1;                                // the one in use at the start
  std::function<int()> current;                   // the promoted version
  std::function<std::string(int version)> named;  // the version, for the log
  // Takes some seconds. Throws as load_model.
  std::function<std::shared_ptr<const ServedModel>(int version)> load;
  UseModel use;
};

// Looks for promoted versions once in each interval, and brings them into use one after the other.
// `observer` counts the loaded ones and the failures, which are also logged.
class FollowThread {
 public:
  FollowThread(std::vector<FollowedModel> models, Observer& observer,
               std::chrono::milliseconds interval);
  ~FollowThread();  // stop(), and waits for the end of a load
  FollowThread(const FollowThread&) = delete;
  FollowThread& operator=(const FollowThread&) = delete;

  // From now on no version is loaded, and one that is being loaded is not used. Returns at once.
  void stop();

 private:
  bool stopped() const;
  void follow_until_stopped();
  void poll(const FollowedModel& model, VersionFollower& follower);
  void bring_into_use(const FollowedModel& model, int version);

  const std::vector<FollowedModel> models_;
  Observer& observer_;
  const std::chrono::milliseconds interval_;
  mutable std::mutex mutex_;  // guards the next one
  bool stopped_ = false;
  std::condition_variable wake_;
  std::thread thread_;
};

}  // namespace digits
