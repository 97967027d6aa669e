// Adds `digits age` to the program.
#include "cli/extras.h"
#include "staleness/command_age.h"

namespace digits {

void add_staleness(Extras& extras) {
  extras.commands.push_back({"age", "the age of a model's training images", command_age});
}

}  // namespace digits
