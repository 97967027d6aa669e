// Describes a log of a training, with an option of its own; folders of extras/ register them
// (base/registry.h).
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "data/dataset.h"
#include "pipeline/run_directory.h"

namespace digits {

struct TrainObserver;
struct TrainOptions;

struct TrainingLog {
  std::string option;  // of `run` and `train`: "curves" for --curves
  std::string help;
  // Returns on_step and on_epoch, which write the log into the run and change no result.
  // `first_step` counts from 1; `training` and the options outlive the callbacks. Throws output.*
  // and disk.*.
  std::function<TrainObserver(const RunDirectory& run, std::size_t first_step,
                              const Dataset& training, const TrainOptions& options)>
      make;
};

// The callbacks of the registered logs whose option is among `chosen`, as TrainingLog::make returns
// them.
std::vector<TrainObserver> make_logs(const std::vector<std::string>& chosen,
                                     const RunDirectory& run, std::size_t first_step,
                                     const Dataset& training, const TrainOptions& options);

}  // namespace digits
