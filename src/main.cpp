// argv -> command table; everything else is in cli/.
#include <sys/auxv.h>
#include <unistd.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include "cli/commands.h"

namespace {

bool sets_waiting(std::string_view variable) { return variable.rfind("OMP_WAIT_POLICY=", 0) == 0; }

// Starts the program again with OMP_WAIT_POLICY=passive, unless the environment sets it. By default
// OpenMP's threads spin, and beside other work a spinning thread takes the core of one that would
// work. A GOMP_SPINCOUNT in the environment still decides: libgomp puts it first. libgomp reads the
// variable when it is loaded, long before main. When exec fails, the program goes on with threads
// that spin.
void wait_passively(int /*argc*/, char** argv, char** environment) {
  char** end = environment;
  while (*end != nullptr) ++end;
  if (std::any_of(environment, end, sets_waiting)) return;
  if (getauxval(AT_BASE) == 0) return;  // run as an argument of the loader: /proc/self/exe is that
  std::vector<char> program(4096);
  if (readlink("/proc/self/exe", program.data(), program.size() - 1) < 0) return;
  static char passive[] = "OMP_WAIT_POLICY=passive";
  std::vector<char*> variables(environment, end);
  variables.insert(variables.end(), {passive, nullptr});
  execve(program.data(), argv, variables.data());
}

// The loader calls what is in this section before any library's own initialisation, which is most
// of the program's start: the second start costs a quarter of one.
__attribute__((section(".preinit_array"), used)) void (*before_libraries)(int, char**,
                                                                          char**) = wait_passively;

}  // namespace

int main(int argc, char** argv) { return digits::run_command_line(argc, argv); }
