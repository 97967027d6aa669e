// Any bytes as a .gz file give an Error, or bytes within the limit that round-trip.
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
  } catch (const digits::Error&) {  // damaged input ends in an Error
  }
  return 0;
}
