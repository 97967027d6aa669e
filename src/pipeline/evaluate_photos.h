// How good a run's model is on photos.
#pragma once

#include <filesystem>

#include "base/statistics.h"
#include "data/photo_set.h"
#include "metrics/evaluation.h"
#include "pipeline/config.h"
#include "pipeline/run_directory.h"

namespace digits {

// evaluate: a run's checkpoint on photos in class folders; nothing is written.
struct PhotoEvaluation {
  LabelledPhotos photos;
  Quantity accuracy;  // of all photos: one that could not be read counts as wrong
  Evaluation read;    // of those that could be read
};
// Throws as read_labelled_photos, and the first photo's error when none could be read.
PhotoEvaluation evaluate_photos(const RunDirectory& run, const Config& config,
                                const std::filesystem::path& photos);

}  // namespace digits
