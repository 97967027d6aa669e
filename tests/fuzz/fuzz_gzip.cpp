// Any bytes as a .gz file: an Error, or bytes within the limit that survive another round.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/error.h"
#include "data/gzip.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t kLimit = std::size_t{1} << 20;  // small, so that bombs are within reach
  try {
    const auto out = digits::gunzip({reinterpret_cast<const char*>(data), size}, "fuzz", kLimit);
    if (out.size() > kLimit) std::abort();
    if (digits::gunzip(digits::gzip(out), "fuzz", kLimit) != out) std::abort();
  } catch (const digits::Error&) {  // what damaged input is meant to end in
  }
  return 0;
}
