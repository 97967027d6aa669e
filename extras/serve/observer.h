// Observes requests: counts for Prometheus and for the statistics endpoint, the drift of the latest
// inputs, a log line for each.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "base/json.h"
#include "serve/batch_queue.h"
#include "serve/drift_window.h"
#include "serve/metrics.h"
#include "serve/request_log.h"
#include "serve/rollout.h"

namespace digits {

// Thread-safe.
class Observer {
  struct Counts;  // of one model

 public:
  // `window`: number of images to watch for drift. `log`: as for RequestLog.
  Observer(const ModelFacts& model, std::size_t window, const std::string& log);
  ~Observer();
  Observer(const Observer&) = delete;
  Observer& operator=(const Observer&) = delete;

  void request_started() { metrics_.request_started(); }
  void request_ended(const std::string& endpoint, const RequestRecord& record);
  void inferred(const InferRequest& request, const Inference& inference);

  // Another model answers from now on. Its answers and its inputs are counted from zero.
  void live_model(const ModelFacts& model);

  // A version was loaded, or not, for a role: "live", "shadow" or "canary".
  void model_loaded(const std::string& role) { metrics_.model_loaded(role); }
  void model_failed(const std::string& role) { metrics_.model_failed(role); }

  // The latest inputs as a profile.json. Throws profile.empty before the first one.
  Json input_profile() const;
  Json statistics(const RolloutCounts& rollout) const;  // of the live model
  std::string metrics_text(std::size_t images_waiting, const RolloutCounts& rollout);

  // Judges the latest inputs, and shows the verdict in statistics, metrics and log. A thread calls
  // both once a second. The first takes some milliseconds, in which another model may begin to
  // answer: then the second does nothing.
  struct DriftCheck {
    std::shared_ptr<Counts> of;
    DriftVerdict verdict;
  };
  DriftCheck check_drift() const;
  void publish(const DriftCheck& check);

 private:
  std::shared_ptr<Counts> counts() const;
  void show_drift(const DriftVerdict& verdict, DriftState former);  // metrics; a new state: log
  void watch_drift_until_stopped();

  const std::size_t window_;
  Metrics metrics_;
  RequestLog log_;
  std::mutex publishing_;     // orders what metrics and log show; requests do not wait for it
  mutable std::mutex mutex_;  // guards the next two
  std::shared_ptr<Counts> counts_;
  bool stopped_ = false;
  std::condition_variable wake_;
  std::thread drift_;
};

}  // namespace digits
