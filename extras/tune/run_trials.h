// Runs the trials of a search that are not finished yet.
#pragma once

#include <functional>
#include <vector>

#include "tune/trial.h"
#include "tune/trial_folder.h"

namespace digits {

using Trainer = std::function<TrialResult(const Trial&)>;

// The results of `trials`, in their order. Calls `train` for each that the folder lacks, and saves
// its result before the next one. A changed configuration that cannot be trained (train.diverged,
// config.train, config.network) is a result, too; for the base configuration the error is thrown.
// Throws `interrupted` after a stop signal, and as `train` and TrialFolder.
std::vector<TrialResult> run_trials(const std::vector<Trial>& trials, const TrialFolder& folder,
                                    const Trainer& train);

}  // namespace digits
