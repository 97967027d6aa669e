// Adds `digits tune` and `digits ablate` to the program.
#include "cli/extras.h"
#include "tune/command_ablate.h"
#include "tune/command_tune.h"

namespace digits {

void add_tune(Extras& extras) {
  extras.commands.push_back(
      {"tune", "search for better hyper-parameters, on the validation part", command_tune});
  extras.commands.push_back(
      {"ablate", "measure the worth of each augmentation, channel or setting", command_ablate});
}

}  // namespace digits
