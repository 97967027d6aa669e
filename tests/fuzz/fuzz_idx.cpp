// Any bytes as an IDX file give an Error, or an array whose encoding is those bytes. Other types
// than unsigned byte give an Error or one pixel for each element.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/error.h"
#include "data/idx.h"
#include "data/load.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  try {
    const auto array = digits::parse_idx(bytes, "fuzz");
    if (array.type == digits::IdxType::kUnsignedByte) {
      if (digits::format_idx(array) != bytes) std::abort();
    } else if (digits::as_bytes(array, "fuzz").values.size() != array.numbers.size()) {
      std::abort();
    }
  } catch (const digits::Error&) {  // damaged input ends in an Error
  }
  return 0;
}
