// Measures the memory that this process has needed.
#pragma once

#include <cstdint>

namespace digits {

// The peak resident memory of this process in bytes; 0 where the kernel does not report it (Linux:
// VmHWM in /proc/self/status). getrusage's ru_maxrss survives fork and exec, so it would include
// the parent process's memory.
std::int64_t peak_memory_bytes();

}  // namespace digits
