// Adds `digits bench` to the program.
#include "bench/command_bench.h"
#include "cli/extras.h"

namespace digits {

void add_bench(Extras& extras) {
  extras.commands.push_back({"bench", "measure training on this machine", command_bench});
}

}  // namespace digits
