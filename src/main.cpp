// Adds the extras to the program, and starts it; waiting threads sleep.
#include <sys/auxv.h>
#include <unistd.h>

#include <string_view>
#include <vector>

#include "cli/commands.h"
#include "cli/extras.h"

namespace {

// OpenMP's and OpenBLAS's idle threads sleep. By default they spin: on a busy machine a spinning
// thread takes a core from a working one (docs/performance.md).
char waiting[][32] = {"OMP_WAIT_POLICY=passive", "OPENBLAS_THREAD_TIMEOUT=4"};

bool is_set(char** environment, std::string_view assignment) {
  const auto name = assignment.substr(0, assignment.find('=') + 1);  // "OMP_WAIT_POLICY="
  for (; *environment != nullptr; ++environment) {
    if (std::string_view(*environment).substr(0, name.size()) == name) return true;
  }
  return false;
}

// Starts the program again with these variables, unless the environment sets OMP_WAIT_POLICY. A
// GOMP_SPINCOUNT in the environment takes precedence in libgomp. The libraries read the variables
// when they are loaded, long before main. When exec fails, the program continues with spinning
// threads.
void wait_passively(int /*argc*/, char** argv, char** environment) {
  if (is_set(environment, waiting[0])) return;
  if (getauxval(AT_BASE) == 0) return;  // started through the loader: /proc/self/exe is the loader
  std::vector<char> program(4096);
  if (readlink("/proc/self/exe", program.data(), program.size() - 1) < 0) return;
  std::vector<char*> variables;
  for (char* variable : waiting) {
    if (!is_set(environment, variable)) variables.push_back(variable);
  }
  do {
    variables.push_back(*environment);  // the null pointer at the end, too
  } while (*environment++ != nullptr);
  execve(program.data(), argv, variables.data());
}

// The loader calls the functions in this section before any library's initialisation, which takes
// most of the start-up time: the second start costs a quarter of the first.
__attribute__((section(".preinit_array"), used)) void (*before_libraries)(int, char**,
                                                                          char**) = wait_passively;

}  // namespace

int main(int argc, char** argv) {
  return digits::run_command_line(argc, argv, digits::all_extras());
}
