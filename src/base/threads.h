// Chooses the number of threads for this machine.
#pragma once

#include <filesystem>
#include <optional>

namespace digits {

// The number of cores in this process's affinity mask (taskset, cpuset).
int affinity_cores();

// The CPU quota of this process's control groups in cores, such as 1.5; nothing when there is no
// quota. Reads version 1 and version 2 in /sys/fs/cgroup; the smallest quota of a group and its
// parents applies. `root` holds proc/ and sys/; tests pass a folder of their own.
std::optional<double> cpu_quota(const std::filesystem::path& root = "/");

// The cores that this process may use, by affinity mask and CPU quota; at least 1.
int available_cores();

// The smaller of `cores` and the quota, which is rounded up: two threads can use up 1.5 cores, one
// cannot. At least 1.
int cores_within(int cores, std::optional<double> quota);

// The threads to start when `asked` are requested; 0 requests one per core. At most 4 per core:
// more than one per core brings no speed, but a run from a larger machine repeats bit for bit only
// with its number of threads.
int thread_count(int asked, int cores);

}  // namespace digits
