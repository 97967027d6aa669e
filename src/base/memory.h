// How much memory this process has needed.
#pragma once

#include <cstdint>

namespace digits {

// The most memory that this process has had resident so far, in bytes; 0 where the kernel does not
// say (Linux: VmHWM in /proc/self/status). getrusage's ru_maxrss would count the parent process's
// memory too, as it survives fork and exec.
std::int64_t peak_memory_bytes();

}  // namespace digits
