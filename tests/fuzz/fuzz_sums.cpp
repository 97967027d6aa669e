// Any bytes as SHA256SUMS give an Error, or sums that are written as they were read, each file
// once.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "base/error.h"
#include "repository/package_files.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  try {
    std::size_t length = 0;
    for (const auto& [name, hash] : digits::parse_sums(text)) {
      const auto line = hash + "  " + name + "\n";
      if (text.find(line) == std::string::npos) std::abort();
      length += line.size();
    }
    if (length != text.size()) std::abort();
  } catch (const digits::Error&) {  // damaged input ends in an Error
  }
  return 0;
}
