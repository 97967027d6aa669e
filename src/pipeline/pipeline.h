// The stages in order, over a run directory.
#pragma once

#include <filesystem>
#include <vector>

#include "pipeline/stages.h"

namespace digits {

// A run directory with a trained checkpoint, and the sets that belong to it.
struct TrainedRun {
  RunDirectory run;
  Sets sets;
  std::vector<EpochRecord> history;
};

// acquire, validate, train. Nothing is created at `path` when the data are refused.
TrainedRun train_run(const Config& config, const std::filesystem::path& path);

// evaluate: the run's checkpoint on its own test set; writes evaluation.json. Throws data.changed
// when `test` is not the set that the run has seen.
Evaluation evaluate_run(const RunDirectory& run, const Config& config, const Dataset& test);

// check and package: writes checks.json, then the package into `folder`; none when a gate fails
// (gate.failed). The first of `test` become golden inputs.
void package_run(const RunDirectory& run, const Config& config, const Dataset& test,
                 const std::filesystem::path& folder);

// All of the above into a new run directory at `path`.
Evaluation run_pipeline(const Config& config, const std::filesystem::path& path);

}  // namespace digits
