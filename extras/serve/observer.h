// Observes requests: counts for Prometheus and for the statistics endpoint, the drift of the latest
// inputs, a log line for each.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/error.h"
#include "base/json.h"
#include "serve/batch_queue.h"
#include "serve/drift_window.h"
#include "serve/metrics.h"
#include "serve/request_log.h"
#include "serve/rollout.h"

namespace digits {

// A profile.json of the latest inputs, or the reason why there is none.
// NOLINTNEXTLINE(bugprone-exception-escape): moving JSON checks an assertion, which cannot throw
struct InputProfile {
  Json document;
  std::optional<Error> error;
};
using OnInputProfile = std::function<void(const InputProfile& profile)>;

// Thread-safe, but for stop() and the destructor.
class Observer {
  struct Counts;  // of one model

 public:
  // `window`: number of images to watch for drift. `log`: as for RequestLog.
  Observer(const ModelFacts& model, std::size_t window, const std::string& log);
  ~Observer();  // stop()
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

  // Calls `done` with the latest inputs of the model that is live now, or with profile.empty before
  // the first one. Returns at once: a thread of lower priority computes the profile, and calls
  // `done`. Throws server.stopping after stop().
  void input_profile(OnInputProfile done);

  // Answers the waiting calls of input_profile(), and ends the thread.
  void stop();

  Json statistics(const RolloutCounts& rollout) const;  // of the live model
  std::string metrics_text(std::size_t images_waiting, const RolloutCounts& rollout);

  // Judges the latest inputs, and shows the verdict in statistics, metrics and log. The thread
  // calls both once a second. The first takes some milliseconds, in which another model may begin
  // to answer: then the second does nothing.
  struct DriftCheck {
    std::shared_ptr<Counts> of;
    DriftVerdict verdict;
  };
  DriftCheck check_drift() const;
  void publish(const DriftCheck& check);

 private:
  struct WaitingProfile {
    std::shared_ptr<const Counts> of;
    OnInputProfile done;
  };

  std::shared_ptr<Counts> counts() const;
  void show_drift(const DriftVerdict& verdict, DriftState former);  // metrics; a new state: log
  static void answer(const std::vector<WaitingProfile>& waiting);
  void check_new_inputs();
  void watch_inputs_until_stopped();

  const std::size_t window_;
  Metrics metrics_;
  RequestLog log_;
  std::mutex publishing_;     // orders what metrics and log show; requests do not wait for it
  mutable std::mutex mutex_;  // guards the next three
  std::shared_ptr<Counts> counts_;
  std::vector<WaitingProfile> waiting_;
  bool stopped_ = false;
  std::condition_variable wake_;
  std::thread thread_;
};

}  // namespace digits
