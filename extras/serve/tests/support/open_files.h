// The limit of open files, for tests with many connections.
#pragma once

#include <sys/resource.h>

#include <algorithm>

namespace digits {

// Raises this process's limit to `count` if it is lower and may be raised. Returns the limit.
inline rlim_t raise_limit_of_files(rlim_t count) {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_cur >= count) return limit.rlim_cur;
  limit.rlim_cur = std::min(count, limit.rlim_max);
  ::setrlimit(RLIMIT_NOFILE, &limit);
  return limit.rlim_cur;
}

}  // namespace digits
