// Runs the models beside the live one, which are to replace it: a shadow, whose answers are only
// compared, and a canary, which answers a share of the traffic. True labels judge all of them.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "serve/batch_queue.h"
#include "serve/canary.h"
#include "serve/feedback.h"
#include "serve/live_accuracy.h"
#include "serve/shadow.h"

namespace digits {

struct RolloutOptions {
  std::shared_ptr<const ServedModel> shadow;  // or none
  double shadow_share = 1.0;                  // of the requests
  std::shared_ptr<const ServedModel> canary;  // or none
  double canary_share = 0.05;                 // of the requests
  CanaryBounds canary_bounds;
  std::size_t feedback_requests = 10'000;  // the latest ones, which may get true labels
};

struct RolloutCounts {
  std::optional<ShadowCounts> shadow;
  std::optional<CanaryCounts> canary;
  FeedbackCounts feedback;
  std::optional<LiveAccuracy> live;  // added by the service, which knows the live model
};

// Writes `shadow` with its labelled images, `canary` and `feedback` into the statistics of a model.
void add_to_statistics(Json& model, const RolloutCounts& counts);

// Thread-safe.
class Rollout {
 public:
  // `limit`: largest number of images that wait for the shadow, and for the canary's comparison.
  // Throws model.mismatch when a model's inputs differ from the live one's, as the next three do.
  Rollout(const RolloutOptions& options, const std::shared_ptr<const ServedModel>& live,
          std::size_t limit);

  // Another model from now on. The last two need a model of the same role in the options.
  void replace_live(const std::shared_ptr<const ServedModel>& live);
  void replace_shadow(std::shared_ptr<const ServedModel> next);
  void replace_canary(std::shared_ptr<const ServedModel> next);

  // Whether the canary answers this request.
  bool canary_takes(const std::string& request_id) const;

  // Answers each request of the batch, as run_batch does, by the live model or the canary.
  void run(InferenceBatch batch, const std::shared_ptr<const ServedModel>& live,
           std::chrono::milliseconds patience, const std::function<Clock::time_point()>& now);

  // Takes an answer without an error, before it is sent: for comparison and feedback.
  void answered(const std::string& request_id, const Inference& answer);

  // As Feedback::label.
  std::size_t label(const FeedbackRequest& feedback) { return feedback_.label(feedback); }

  RolloutCounts counts() const;
  void wait_until_idle() const;  // for tests

 private:
  Schema schema_;
  Feedback feedback_;
  std::unique_ptr<Shadow> shadow_;  // may be null
  std::unique_ptr<Canary> canary_;  // may be null
};

}  // namespace digits
