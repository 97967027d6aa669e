// Answers a share of the live traffic by a second model, the canary. All traffic goes to the live
// model again when the canary fails too often, or differs too often from the live model.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "base/json.h"
#include "base/statistics.h"
#include "serve/batch_queue.h"
#include "serve/outcome_window.h"
#include "serve/shadow.h"

namespace digits {

struct CanaryBounds {
  double max_disagreement = 0.05;  // share of images with another label than the live model's
  double max_errors = 0.01;        // share of requests that the canary cannot compute
};

// Decides from outcomes alone. Not thread-safe.
class CanaryJudge {
 public:
  explicit CanaryJudge(const CanaryBounds& bounds) : bounds_(bounds) {}

  void add_request(bool failed) { errors_.add(failed); }
  void add_image(bool differs) { disagreement_.add(differs); }

  Quantity errors() const { return errors_.bad_share(); }
  Quantity disagreement() const { return disagreement_.bad_share(); }

  // The reason to roll back: "disagreement 12.0 % [...], n = 120, expected at most 5.0 %".
  std::optional<std::string> reason() const;

 private:
  CanaryBounds bounds_;
  OutcomeWindow errors_, disagreement_;
};

// Whether the model, and not the client or the waiting time, has caused an error.
bool is_model_failure(const Inference& inference);

struct CanaryCounts {
  std::string version;
  std::string rollback;      // the reason; empty while the canary answers
  double share = 0.0;        // of the requests that it answers
  std::size_t requests = 0;  // that it computed, or failed to
  std::size_t failed = 0;    // of these; the live model answered them
  Quantity errors;           // of the latest 1000 requests
  Quantity disagreement;     // of the latest 1000 compared images
  ShadowCounts compared;     // images, with the live model in the place of the shadow
};
void to_json(Json& json, const CanaryCounts& counts);

// Thread-safe.
class Canary {
 public:
  // `limit`: largest number of images that wait to be compared. `on_compared`: as for Shadow.
  Canary(std::shared_ptr<const ServedModel> model, std::shared_ptr<const ServedModel> live,
         double share, const CanaryBounds& bounds, std::size_t limit, OnCompared on_compared = {});

  // Both start new counts. Another canary answers, also after a rollback.
  void replace(std::shared_ptr<const ServedModel> next);
  void replace_live(std::shared_ptr<const ServedModel> next);

  // Whether the canary answers this request: by a hash of its id.
  bool takes(const std::string& request_id) const;

  // Answers the requests as run_batch does. Returns those that the canary failed to compute, or all
  // after a rollback: the live model must answer them.
  InferenceBatch run(InferenceBatch batch, std::chrono::milliseconds patience,
                     const std::function<Clock::time_point()>& now);

  // Compares an answer with the live model's, on a thread of lower priority. Never waits. Ignores
  // an answer of an earlier canary. `serial`: as for Shadow.
  void offer(const std::string& request_id, const Inference& answer, std::uint64_t serial = 0);

  CanaryCounts counts() const;
  void wait_until_idle() const { comparison_.wait_until_idle(); }  // for tests

 private:
  std::shared_ptr<const ServedModel> answering() const;  // null after a rollback
  void restart();
  void count_request(const ServedModel& model, bool failed);
  void count_images(const ComparedRequest& compared);
  void roll_back_if_needed();

  const double share_;
  const CanaryBounds bounds_;
  const OnCompared on_compared_;
  mutable std::mutex mutex_;  // guards the next members
  std::shared_ptr<const ServedModel> model_;
  std::string live_version_;
  CanaryJudge judge_;
  std::size_t requests_ = 0;
  std::size_t failed_ = 0;
  std::string rollback_;
  Shadow comparison_;  // its thread ends before the other members
};

}  // namespace digits
