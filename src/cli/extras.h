// Commands, engines and package files that the folders of extras/ add to the program.
#pragma once

#include <vector>

#include "cli/commands.h"
#include "inference/engine_factory.h"
#include "inference/package_file.h"

namespace digits {

// An extra's one public function, `void add_NAME(Extras&)`, appends to these.
struct Extras {
  std::vector<Command> commands{};           // behind the core's in `digits --help`
  std::vector<EngineFactory> engines{};      // tried in this order, TorchScript last
  std::vector<PackageFile> package_files{};  // written into each package
};

// Those that this program was built with, by extras/NAME/CMakeLists.txt: cmake/Extras.cmake
// generates the definition.
Extras all_extras();

}  // namespace digits
