// Saves the complete state of a training to disk between two steps: a resumed training ends with
// the same bits as one that was never stopped. All randomness is keyed by epoch and sample, so the
// number of the step determines it.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "model/epoch_record.h"
#include "model/safetensors.h"

namespace digits {

struct TrainingState {
  // Configuration and versions of the training; only stored, for comparison on resume.
  std::string config;
  std::string versions;
  int ranks = 1;         // the processes that share the training; only stored, too
  std::size_t step = 0;  // optimiser steps taken: schedule, bias correction and position follow
  std::vector<EpochRecord> history;  // of the finished epochs; includes the best one
  EpochRecord epoch;                 // the current one: its times so far
  double loss_sum = 0.0;             // of its steps
  double gradient_norm_sum = 0.0;
  NamedTensors tensors;  // network., first_moment., second_moment., and with averaging average.NAME
};

// The bytes of a sealed safetensors file, and back, bit for bit. Throws checkpoint.malformed and
// checkpoint.hash; `name` is for messages.
std::string format_state(const TrainingState& state);
TrainingState parse_state(const std::string& bytes, const std::string& name);

// The states in a folder, step-00000123.safetensors. The last two are kept, so that one is left
// when the newest is damaged.
class StateFolder {
 public:
  explicit StateFolder(std::filesystem::path folder) : folder_(std::move(folder)) {}

  // Writes one atomically, and only then removes all but the last two. Throws as write_file; the
  // others are then unchanged.
  void save(const TrainingState& state);

  // The newest complete state; nothing when there is none. Warns about damaged ones; throws
  // checkpoint.damaged when all are.
  std::optional<TrainingState> load_newest();

 private:
  std::vector<std::filesystem::path> paths() const;  // from the oldest to the newest

  std::filesystem::path folder_;
  std::filesystem::path last_;  // last saved or loaded
};

}  // namespace digits
