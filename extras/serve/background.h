// Lets the threads that answer run before the threads that measure.
#pragma once

#include <unistd.h>

#include <tuple>

namespace digits {

// Lowers the priority of the calling thread by ten steps: on Linux, of this thread alone.
inline void lower_thread_priority() { std::ignore = ::nice(10); }

}  // namespace digits
