#include "base/memory.h"

#include <fstream>
#include <string>

#include "support/testing.h"

namespace digits {
namespace {

// The peak of Linux, in kibibytes.
std::int64_t kernel_peak() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.rfind("VmHWM:", 0) == 0) return std::stoll(line.substr(6));
  }
  return 0;
}

// Memory that was used and freed counts: the peak is 64 MiB higher than before, except for memory
// that was free already. The number is the kernel's, as bytes.
TEST(PeakMemory, IncludesFreedMemory) {
  const auto before = peak_memory_bytes();
  EXPECT_GT(before, 1 << 20);  // no C++ process is smaller
  const auto size = static_cast<std::size_t>(before) + (std::size_t{64} << 20);
  { EXPECT_EQ(std::string(size, 'x').back(), 'x'); }
  const auto least = 1024 * kernel_peak();
  const auto peak = peak_memory_bytes();
  EXPECT_GE(peak, static_cast<std::int64_t>(size));
  EXPECT_THAT(peak, testing::AllOf(testing::Ge(least), testing::Le(1024 * kernel_peak())));
}

}  // namespace
}  // namespace digits
