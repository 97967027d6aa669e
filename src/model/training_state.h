// Everything that the rest of a training depends on, on disk between two steps: a training that
// goes on from there ends with the very bits of one that was never stopped. All randomness is keyed
// by epoch and sample, so the number of the step says all about it.
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
  // Of the training; both are only carried along, to be compared by who resumes.
  std::string config;
  std::string versions;
  std::size_t step = 0;  // optimiser steps taken: schedule, bias correction and position follow
  std::vector<EpochRecord> history;  // of the finished epochs, so the best one so far too
  EpochRecord epoch;                 // under way: times so far
  double loss_sum = 0.0;             // of its steps
  double gradient_norm_sum = 0.0;
  NamedTensors tensors;  // network., first_moment., second_moment., and with averaging average.NAME
};

// The bytes of a sealed safetensors file, and back, to the bit. Throws checkpoint.malformed and
// checkpoint.hash; `name` is for messages.
std::string format_state(const TrainingState& state);
TrainingState parse_state(const std::string& bytes, const std::string& name);

// The states in a folder, step-00000123.safetensors. The last two are kept, so that there is one
// when the newest is damaged.
class StateFolder {
 public:
  explicit StateFolder(std::filesystem::path folder) : folder_(std::move(folder)) {}

  // Writes one atomically, and only then removes those before the last two. Throws as write_file;
  // the others are then as they were.
  void save(const TrainingState& state);

  // The newest that is whole; nothing when there is none at all. Damaged ones are named in a
  // warning; throws checkpoint.damaged when all are.
  std::optional<TrainingState> load_newest();

 private:
  std::vector<std::filesystem::path> paths() const;  // from the oldest to the newest

  std::filesystem::path folder_;
  std::filesystem::path last_;  // that was saved or loaded
};

}  // namespace digits
