// Evaluates a run's model on photos.
#pragma once

#include <filesystem>

#include "base/statistics.h"
#include "data/photo_set.h"
#include "metrics/evaluation.h"
#include "pipeline/config.h"
#include "pipeline/run_directory.h"

namespace digits {

// evaluate: a run's checkpoint on photos in class folders; writes no file.
struct PhotoEvaluation {
  Photos photos;
  Quantity accuracy;  // of all photos: an unreadable one counts as wrong
  Evaluation read;    // of the readable photos
};
// Throws as read_labelled_photos, and the first photo's error when all are unreadable.
PhotoEvaluation evaluate_photos(const RunDirectory& run, const Config& config,
                                const std::filesystem::path& photos);

}  // namespace digits
