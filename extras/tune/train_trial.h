// Trains a trial on the training part of a set and judges it on the validation part. The test set
// is never used. No Torch in this header.
#pragma once

#include <string>

#include "pipeline/stages.h"
#include "tune/trial.h"

namespace digits {

// A training set, before it is split.
struct SearchData {
  Dataset train;
  std::size_t validation = 0;  // see Sets
  std::string fingerprint;     // of the images, labels and the division
};

// The set that config.data names, validated. Throws as acquire_training and require_acceptable.
SearchData acquire_search_data(const Config& config);

// Sets channel `channel`, counted from 0, to its mean over the training part, in both parts.
void remove_channel(TrainingParts& parts, int channel);

// Throws as split_stage, fit_stage, check_training and train.
TrialResult train_trial(const SearchData& data, const Trial& trial);

}  // namespace digits
