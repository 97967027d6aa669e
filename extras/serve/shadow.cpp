#include "serve/shadow.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/sha256.h"
#include "metrics/classification.h"
#include "model/device.h"
#include "serve/background.h"
#include "serve/infer_response.h"

namespace digits {

namespace {

constexpr std::size_t kTimedEach = 8;  // requests: timing runs the live model again

double seconds_of(const ServedModel& model, const std::vector<float>& images, std::size_t n) {
  const auto start = Clock::now();
  model.logits(images.data(), n);
  return std::chrono::duration<double>(Clock::now() - start).count();
}

// Times both orders, and not the first time: caches must favour neither model.
void time_both(const ServedModel& live, const ServedModel& shadow, const std::vector<float>& images,
               std::size_t n, ShadowCounts& tally) {
  seconds_of(live, images, n);
  for (const auto* first : {&live, &shadow}) {
    const auto* const second = first == &live ? &shadow : &live;
    const double before = seconds_of(*first, images, n);
    const double after = seconds_of(*second, images, n);
    tally.live_seconds += first == &live ? before : after;
    tally.shadow_seconds += first == &live ? after : before;
  }
}

}  // namespace

double ShadowCounts::slowdown() const {
  return live_seconds > 0.0 ? shadow_seconds / live_seconds : 0.0;
}

void to_json(Json& json, const ShadowCounts& tally) {
  json = Json{{"live_version", tally.live_version},
              {"shadow_version", tally.shadow_version},
              {"agreement", tally.agreement()},
              {"agreed", tally.agreed},
              {"differed", tally.differed},
              {"dropped", tally.dropped},
              {"failed", tally.failed},
              {"slowdown", tally.slowdown()}};
}

bool in_share(const std::string& id, double share) {
  constexpr double kAll = 4294967296.0;  // 2^32
  return static_cast<double>(std::stoul(sha256(id).substr(0, 8), nullptr, 16)) < share * kAll;
}

Shadow::Shadow(std::shared_ptr<const ServedModel> model, double share, std::size_t limit,
               OnCompared on_compared)
    : share_(share),
      limit_(limit),
      on_compared_(std::move(on_compared)),
      model_(std::move(model)),
      thread_([this] { compute_until_stopped(); }) {}

Shadow::~Shadow() {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    changed_.notify_all();
  }
  thread_.join();
}

void Shadow::replace(std::shared_ptr<const ServedModel> next) {
  const std::lock_guard lock(mutex_);
  model_ = std::move(next);
  tally_ = {};
}

void Shadow::restart(std::shared_ptr<const ServedModel> live) {
  const std::lock_guard lock(mutex_);
  live_ = std::move(live);
  tally_ = {};
}

void Shadow::offer(const std::string& request_id, const Inference& live, std::uint64_t serial) {
  if (!in_share(request_id, share_)) return;
  const auto& identity = live.model->facts().identity;
  auto labels = argmax_rows(live.logits, identity.class_names.size());
  const auto count = labels.size();
  Offer offer{request_id, serial, live.model, nullptr, live.images, std::move(labels)};
  const auto& version = identity.version;
  const std::lock_guard lock(mutex_);
  if (live_ && live.model != live_) return;  // replaced meanwhile: the counts are of the next one
  offer.shadow = model_;
  if (tally_.live_version != version) {
    tally_ = {};
    tally_.live_version = version;
    tally_.shadow_version = model_->facts().identity.version;
  }
  if (waiting_ + count > limit_) {
    tally_.dropped += count;
    return;
  }
  waiting_ += count;
  offers_.push_back(std::move(offer));
  changed_.notify_all();
}

ShadowCounts Shadow::tally() const {
  const std::lock_guard lock(mutex_);
  return tally_;
}

void Shadow::wait_until_idle() const {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return waiting_ == 0; });
}

ShadowCounts Shadow::compared(const Offer& offer, bool timed) const {
  ShadowCounts result;
  const auto count = offer.labels.size();
  try {
    const auto logits = offer.shadow->logits(offer.images.data(), count);
    require_finite(logits);
    const auto labels = argmax_rows(logits, logits.size() / count);
    for (std::size_t i = 0; i < count; ++i) {
      ++(labels[i] == offer.labels[i] ? result.agreed : result.differed);
    }
    if (on_compared_) {
      on_compared_({offer.id, offer.serial, offer.live->facts().identity.version,
                    offer.shadow->facts().identity.version, offer.labels, labels});
    }
    if (timed) time_both(*offer.live, *offer.shadow, offer.images, count, result);
  } catch (const std::exception&) {
    result = {};
    result.failed = count;
  }
  return result;
}

// Counts the result if neither model was replaced.
void Shadow::add(const Offer& offer, const ShadowCounts& result) {
  if (offer.live->facts().identity.version != tally_.live_version) return;
  if (offer.shadow != model_) return;
  tally_.agreed += result.agreed;
  tally_.differed += result.differed;
  tally_.failed += result.failed;
  tally_.live_seconds += result.live_seconds;
  tally_.shadow_seconds += result.shadow_seconds;
}

void Shadow::compute_until_stopped() {
  lower_thread_priority();
  set_threads(1);
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return stopped_ || !offers_.empty(); });
    if (stopped_) return;
    const auto offer = std::move(offers_.front());
    offers_.pop_front();
    const bool timed = computed_++ % kTimedEach == 0;
    lock.unlock();
    const auto result = compared(offer, timed);
    lock.lock();
    waiting_ -= offer.labels.size();
    add(offer, result);
    changed_.notify_all();
  }
}

}  // namespace digits
