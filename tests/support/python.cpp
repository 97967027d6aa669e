#include "support/python.h"

#include <cstdlib>
#include <map>
#include <vector>

#include "support/process.h"

namespace digits {

std::string python_with(const std::string& modules) {
  static std::map<std::string, std::string> known;  // importing torch takes a second
  if (const auto found = known.find(modules); found != known.end()) return found->second;
  const char* chosen = std::getenv("PYTHON");
  const auto candidates = chosen != nullptr
                              ? std::vector<std::string>{chosen}
                              : std::vector<std::string>{"python3", "/usr/bin/python3"};
  auto& python = known[modules];
  for (const auto& candidate : candidates) {
    if (python.empty() && run_process({candidate, "-c", "import " + modules}).status == 0) {
      python = candidate;
    }
  }
  return python;
}

}  // namespace digits
