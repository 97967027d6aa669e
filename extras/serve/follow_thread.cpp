#include "serve/follow_thread.h"

#include <fmt/format.h>

#include <cstddef>
#include <utility>

#include "base/error.h"
#include "base/log.h"
#include "serve/http_message.h"

namespace digits {

FollowThread::FollowThread(std::vector<FollowedModel> models, Observer& observer,
                           std::chrono::milliseconds interval)
    : models_(std::move(models)), observer_(observer), interval_(interval) {
  if (!models_.empty()) thread_ = std::thread([this] { follow_until_stopped(); });
}

FollowThread::~FollowThread() {
  stop();
  if (thread_.joinable()) thread_.join();
}

void FollowThread::stop() {
  const std::lock_guard lock(mutex_);
  stopped_ = true;
  wake_.notify_all();
}

bool FollowThread::stopped() const {
  const std::lock_guard lock(mutex_);
  return stopped_;
}

void FollowThread::follow_until_stopped() {
  std::vector<VersionFollower> followers;
  for (const auto& model : models_) {
    followers.emplace_back(
        model.current, [this, &model](int version) { bring_into_use(model, version); },
        model.version);
  }
  std::unique_lock lock(mutex_);
  while (!wake_.wait_for(lock, interval_, [this] { return stopped_; })) {
    lock.unlock();
    for (std::size_t i = 0; i < models_.size(); ++i) {
      if (stopped()) break;  // a load takes seconds, and the cores that answer the last requests
      poll(models_[i], followers[i]);
    }
    lock.lock();
  }
}

void FollowThread::poll(const FollowedModel& model, VersionFollower& follower) {
  const auto error = follower.poll(Clock::now());
  if (!error) return;
  log_warning(fmt::format("model.kept: version {} continues: {}: {}",
                          model.named(follower.serving()), error->code(), error->what()));
  observer_.model_failed(model.role);
}

void FollowThread::bring_into_use(const FollowedModel& model, int version) {
  auto next = model.load(version);
  if (stopped()) return;  // the server ends with the version that it has
  model.use(std::move(next));
  log_info(fmt::format("model.loaded: version {}{}", model.named(version),
                       model.role == "live" ? " answers" : ""));
  observer_.model_loaded(model.role);
}

}  // namespace digits
