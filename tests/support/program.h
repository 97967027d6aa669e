// The program, run on committed data: as a process of its own, or inside this one.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "support/process.h"

namespace digits {

// `digits` with these arguments, from the source folder (where data/fixtures lies).
inline ProcessResult run_digits(const std::vector<std::string>& arguments,
                                ProcessOptions options = {}) {
  std::vector<std::string> argv{DIGITS_PROGRAM};
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  if (options.directory.empty()) options.directory = DIGITS_SOURCE_DIR;
  return run_process(argv, options);
}

// The same by a call of what main calls: half a second cheaper, as no libraries are loaded.
ProcessResult call_digits(const std::vector<std::string>& arguments);

// The same in a process of its own. A fork is cheaper than a program by LibTorch's half second; but
// a process that has trained cannot fork into one that trains (LibTorch 2), so whoever uses these
// must not train, or predict, in the process that runs the tests.
ProcessResult fork_digits(const std::vector<std::string>& arguments);

// Forks, and sends the signal once `when` says so; its exit status, 128 + signal when it was
// killed.
int fork_and_signal(const std::vector<std::string>& arguments, int signal,
                    const std::function<bool()>& when);

}  // namespace digits
