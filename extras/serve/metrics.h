// Counts requests, times and drift for Prometheus.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "data/drift.h"
#include "serve/batch_queue.h"
#include "serve/rollout.h"

namespace digits {

enum class DriftState { kTooFew, kOk, kDrifting };
const char* to_string(DriftState state);  // "too_few", "ok", "drifting"

// Thread-safe.
class Metrics {
 public:
  explicit Metrics(const ModelFacts& model);
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  void request_started();
  void request_ended(const std::string& endpoint, int status, double seconds);

  // A computed request: its times, its batch, its classes and their probabilities.
  void inferred(const Inference& inference, const std::vector<std::uint8_t>& labels,
                const std::vector<double>& confidences);

  // The role of a model: "live", "shadow" or "canary".
  void live_model(const ModelFacts& model);    // answers from now on
  void model_loaded(const std::string& role);  // a version was loaded
  void model_failed(const std::string& role);  // a new version could not be loaded
  void drift(DriftState state, const std::vector<DriftTest>& tests);  // one thread at a time

  void rollout(const RolloutCounts& counts);

  // The text format of Prometheus, version 0.0.4, with current values.
  std::string text(std::size_t images_waiting);

 private:
  struct Families;
  std::unique_ptr<Families> families_;
};

}  // namespace digits
