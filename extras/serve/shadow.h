// Runs a second model, the shadow, on the same traffic, and compares its answers, which are never
// sent, before it replaces the live model.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/json.h"
#include "base/statistics.h"
#include "serve/batch_queue.h"

namespace digits {

// The shadow's results beside one version of the live model. Counts are of images.
struct ShadowCounts {
  std::string live_version, shadow_version;
  std::size_t agreed = 0;  // the same label
  std::size_t differed = 0;
  std::size_t dropped = 0;    // its queue was full
  std::size_t failed = 0;     // it could not compute
  double live_seconds = 0.0;  // both models, on the same images, one after the other
  double shadow_seconds = 0.0;

  Quantity agreement() const { return proportion(agreed, agreed + differed); }
  double slowdown() const;  // shadow's time / live model's time; 0 before any timing
};
void to_json(Json& json, const ShadowCounts& tally);

// Whether the request with this id belongs to a share in [0, 1] of all: decided by a hash of the
// id, so that a repeated request is decided alike.
bool in_share(const std::string& id, double share);

// Thread-safe.
class Shadow {
 public:
  // Computes a `share` of the requests; at most `limit` of their images wait.
  Shadow(std::shared_ptr<const ServedModel> model, double share, std::size_t limit);
  ~Shadow();  // discards waiting requests
  Shadow(const Shadow&) = delete;
  Shadow& operator=(const Shadow&) = delete;

  // Takes an answered request. Never waits; a thread of lower priority computes.
  void offer(const std::string& request_id, const Inference& live);

  ShadowCounts tally() const;
  void wait_until_idle() const;  // for tests

 private:
  struct Offer {
    std::shared_ptr<const ServedModel> live;
    std::vector<float> images;
    std::vector<std::uint8_t> labels;
  };

  void compute_until_stopped();
  void time_both(const ServedModel& live, const std::vector<float>& images, std::size_t n,
                 ShadowCounts& tally) const;
  ShadowCounts compared(const Offer& offer, bool timed) const;

  const std::shared_ptr<const ServedModel> model_;
  const double share_;
  const std::size_t limit_;
  mutable std::mutex mutex_;  // guards what follows
  mutable std::condition_variable changed_;
  std::deque<Offer> offers_;
  std::size_t waiting_ = 0;   // images, with those being computed
  std::size_t computed_ = 0;  // requests
  ShadowCounts tally_;
  bool stopped_ = false;
  std::thread thread_;
};

}  // namespace digits
