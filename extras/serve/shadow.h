// Runs a second model, the shadow, on the same traffic, and compares its answers, which are never
// sent, before it replaces the live model.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
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
  std::size_t failed = 0;     // it could not compute, or gave no finite logits
  double live_seconds = 0.0;  // both models, on the same images, one after the other
  double shadow_seconds = 0.0;

  Quantity agreement() const { return proportion(agreed, agreed + differed); }
  double slowdown() const;  // shadow's time / live model's time; 0 before any timing
};
void to_json(Json& json, const ShadowCounts& tally);

// Whether the request with this id belongs to a share in [0, 1] of all: decided by a hash of the
// id, so that a repeated request is decided alike.
bool in_share(const std::string& id, double share);

// The predictions of both models for one request.
struct ComparedRequest {
  std::string id;
  std::uint64_t serial = 0;  // of the offer
  std::string live_version, shadow_version;
  std::vector<std::uint8_t> live, shadow;  // labels
};
using OnCompared = std::function<void(const ComparedRequest&)>;

// Thread-safe.
class Shadow {
 public:
  // Computes a `share` of the requests; at most `limit` of their images wait. `on_compared` gets
  // each compared request, on the shadow's thread.
  Shadow(std::shared_ptr<const ServedModel> model, double share, std::size_t limit,
         OnCompared on_compared = {});
  ~Shadow();  // discards waiting requests
  Shadow(const Shadow&) = delete;
  Shadow& operator=(const Shadow&) = delete;

  // Computes later requests with this model, and counts from zero.
  void replace(std::shared_ptr<const ServedModel> next);

  // Counts from zero. From now on only the answers of `live` count: a batch of an earlier model may
  // end later. Null, as at the start: those of any model, and another version counts from zero. In
  // a canary's comparison the canary has the place of the live model.
  void restart(std::shared_ptr<const ServedModel> live);

  // Takes an answered request. Never waits; a thread of lower priority computes. `serial` tells
  // requests with equal ids apart.
  void offer(const std::string& request_id, const Inference& live, std::uint64_t serial = 0);

  ShadowCounts tally() const;
  void wait_until_idle() const;  // for tests

 private:
  struct Offer {
    std::string id;
    std::uint64_t serial;
    std::shared_ptr<const ServedModel> live, shadow;
    std::vector<float> images;
    std::vector<std::uint8_t> labels;  // the live model's
  };

  void compute_until_stopped();
  ShadowCounts compared(const Offer& offer, bool timed) const;
  void add(const Offer& offer, const ShadowCounts& result);

  const double share_;
  const std::size_t limit_;
  const OnCompared on_compared_;
  mutable std::mutex mutex_;  // guards what follows
  mutable std::condition_variable changed_;
  std::shared_ptr<const ServedModel> model_;
  std::shared_ptr<const ServedModel> live_;  // null: any
  std::deque<Offer> offers_;
  std::size_t waiting_ = 0;   // images, with those being computed
  std::size_t computed_ = 0;  // requests
  ShadowCounts tally_;
  bool stopped_ = false;
  std::thread thread_;
};

}  // namespace digits
