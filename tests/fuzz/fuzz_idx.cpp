// Any bytes as an IDX file: an Error, or an array whose encoding is those bytes.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/error.h"
#include "data/idx.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  try {
    if (digits::format_idx(digits::parse_idx(bytes, "fuzz")) != bytes) std::abort();
  } catch (const digits::Error&) {  // what damaged input is meant to end in
  }
  return 0;
}
