#include "base/memory.h"

#include <string>

#include "support/testing.h"

namespace digits {
namespace {

// Memory that was used and freed counts: the peak is 64 MiB higher than before, except for memory
// that was free already.
TEST(PeakMemory, IncludesFreedMemory) {
  const auto before = peak_memory_bytes();
  EXPECT_GT(before, 1 << 20);  // no C++ process is smaller
  const auto size = static_cast<std::size_t>(before) + (std::size_t{64} << 20);
  { EXPECT_EQ(std::string(size, 'x').back(), 'x'); }
  EXPECT_GE(peak_memory_bytes(), static_cast<std::int64_t>(size));
}

}  // namespace
}  // namespace digits
