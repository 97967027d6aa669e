#include "base/memory.h"

#include <fstream>
#include <string>

namespace digits {

std::int64_t peak_memory_bytes() {
  std::ifstream status("/proc/self/status");
  std::int64_t kibibytes = 0;
  for (std::string word; kibibytes == 0 && status >> word;) {
    if (word == "VmHWM:") status >> kibibytes;
  }
  return kibibytes * 1024;
}

}  // namespace digits
