// The built program, run on the committed tiny set.
#pragma once

#include <filesystem>
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

}  // namespace digits
