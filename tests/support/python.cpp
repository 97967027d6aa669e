#include "support/python.h"

#include <cstdlib>
#include <map>

#include "support/process.h"

namespace digits {

namespace {

std::string find_python(const std::vector<std::string>& modules) {
  const char* chosen = std::getenv("PYTHON");
  const auto candidates = chosen != nullptr
                              ? std::vector<std::string>{chosen}
                              : std::vector<std::string>{"python3", "/usr/bin/python3"};
  for (const auto& candidate : candidates) {
    std::vector<std::string> argv{candidate, "-c",
                                  "import sys\nfrom importlib.util import find_spec\n"
                                  "sys.exit(not all(map(find_spec, sys.argv[1:])))"};
    argv.insert(argv.end(), modules.begin(), modules.end());
    if (run_process(argv).status == 0) return candidate;
  }
  return "";
}

}  // namespace

// Each search starts Python, which takes 0.1 CPU seconds behind a version manager.
std::string python_with(const std::vector<std::string>& modules) {
  static std::map<std::vector<std::string>, std::string> known;
  const auto [place, is_new] = known.try_emplace(modules);
  if (is_new) place->second = find_python(modules);
  return place->second;
}

}  // namespace digits
