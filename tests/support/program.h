// The program, run on committed data: as a process of its own, or inside this one.
#pragma once

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

}  // namespace digits
