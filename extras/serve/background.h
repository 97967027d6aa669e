// Lets the threads that answer run before the threads that measure.
#pragma once

#include <sys/resource.h>

namespace digits {

// Lowers the priority of the calling thread: on Linux, of this thread alone.
inline void lower_thread_priority() { ::setpriority(PRIO_PROCESS, 0, 10); }

}  // namespace digits
