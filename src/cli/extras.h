// Collects the commands, engines and other things that the folders of extras/ add.
#pragma once

#include <vector>

#include "cli/commands.h"
#include "cli/exchange_factory.h"
#include "data/picture_reader.h"
#include "inference/engine_factory.h"
#include "inference/package_file.h"
#include "pipeline/training_log.h"

namespace digits {

// An extra's one public function, `void add_NAME(Extras&)`, appends to these lists, or sets the
// reader. Extras are called in the order of their names, so the last one that sets it decides.
struct Extras {
  std::vector<Command> commands{};           // after the core's in `digits --help`
  std::vector<EngineFactory> engines{};      // tried in this order, TorchScript last
  std::vector<PackageFile> package_files{};  // written into each package
  std::vector<TrainingLog> training_logs{};  // options of `run` and `train`
  std::vector<ExchangeFactory> exchanges{};  // among the processes of a training; tried in order
  PictureReader picture_reader{};            // finds the digits in a picture; empty: the core's
};

// The extras of this build, from extras/NAME/CMakeLists.txt: cmake/Extras.cmake generates the
// definition.
Extras all_extras();

}  // namespace digits
