// Adds the extras to the command table, and starts the program; everything else is in cli/.
#include <sys/auxv.h>
#include <unistd.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include "cli/commands.h"
#include "cli/extras.h"

namespace {

// OpenMP's and OpenBLAS's threads that wait for work sleep. By default they spin, and beside other
// work a spinning thread takes the core of one that would work (docs/performance.md).
char waiting[][32] = {"OMP_WAIT_POLICY=passive", "OPENBLAS_THREAD_TIMEOUT=4"};

bool same_variable(std::string_view a, std::string_view b) {
  return a.substr(0, a.find('=')) == b.substr(0, b.find('='));
}

// Starts the program again with these variables, unless the environment sets OMP_WAIT_POLICY. A
// GOMP_SPINCOUNT in the environment still decides: libgomp puts it first. The libraries read them
// when they are loaded, long before main. When exec fails, the program goes on with threads that
// spin.
void wait_passively(int /*argc*/, char** argv, char** environment) {
  std::vector<char*> variables;
  for (char** set = environment; *set != nullptr; ++set) variables.push_back(*set);
  const auto is_set = [&](const char* variable) {
    return std::any_of(variables.begin(), variables.end(),
                       [&](const char* set) { return same_variable(set, variable); });
  };
  if (is_set(waiting[0])) return;
  if (getauxval(AT_BASE) == 0) return;  // run as an argument of the loader: /proc/self/exe is that
  std::vector<char> program(4096);
  if (readlink("/proc/self/exe", program.data(), program.size() - 1) < 0) return;
  for (char* variable : waiting) {
    if (!is_set(variable)) variables.push_back(variable);
  }
  variables.push_back(nullptr);
  execve(program.data(), argv, variables.data());
}

// The loader calls what is in this section before any library's own initialisation, which is most
// of the program's start: the second start costs a quarter of one.
__attribute__((section(".preinit_array"), used)) void (*before_libraries)(int, char**,
                                                                          char**) = wait_passively;

}  // namespace

int main(int argc, char** argv) {
  digits::Extras extras;
  digits::add_extras(extras);
  return digits::run_command_line(argc, argv, extras);
}
