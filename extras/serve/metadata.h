// Describes the server and its model: documents of the Open Inference Protocol v2 and of Triton's
// statistics and repository extensions.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>

#include "base/json.h"
#include "serve/batch_queue.h"
#include "serve/drift_window.h"

namespace digits {

// For GET v2: name, version of digits, protocol extensions.
Json server_metadata();

// For GET v2/models/M: versions, inputs and outputs; `parameters` has the values for the page.
Json model_metadata(const ModelFacts& facts);

// For POST v2/repository/index.
Json repository_index(const ModelFacts& facts, bool ready);

// Counts of inference requests since the model started to serve. Thread-safe.
class ModelStats {
 public:
  void add(const Inference& inference, std::size_t images);

  // For GET v2/models/M/stats, with the drift of the latest inputs.
  Json document(const ModelFacts& facts, const DriftVerdict& drift) const;

 private:
  struct Duration {
    std::uint64_t count = 0;
    std::uint64_t ns = 0;
    void add(Clock::duration duration);
  };
  static Json to_json(const Duration& duration);

  mutable std::mutex mutex_;
  std::uint64_t images_ = 0;   // answered
  double executions_ = 0.0;    // of the engine
  std::uint64_t last_ms_ = 0;  // of the last answer, since 1970
  Duration success_, fail_, queue_, compute_;
};

}  // namespace digits
