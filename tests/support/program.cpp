#include "support/program.h"

namespace digits {

std::string program_path() { return DIGITS_PROGRAM; }

std::string source_path(const std::string& name) { return DIGITS_SOURCE_DIR "/" + name; }

std::string build_path() { return DIGITS_BINARY_DIR; }

ProcessResult run_digits(const std::vector<std::string>& arguments, ProcessOptions options) {
  std::vector<std::string> argv{program_path()};
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  if (options.directory.empty()) options.directory = source_path();
  return run_process(argv, options);
}

}  // namespace digits
