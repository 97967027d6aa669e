// Adds `digits history` to the program.
#include "cli/extras.h"
#include "history/command_history.h"

namespace digits {

void add_history(Extras& extras) {
  extras.commands.push_back({"history", "compare the runs of a folder over time", command_history});
}

}  // namespace digits
