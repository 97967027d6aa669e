// How many threads help on this machine.
#pragma once

#include <filesystem>
#include <optional>

namespace digits {

// The cores that the affinity mask lets this process use (taskset, cpuset).
int affinity_cores();

// The CPU quota of this process's control groups in cores, such as 1.5; nothing when there is no
// quota. Reads version 1 and version 2; the smallest quota of a group and its parents rules. `root`
// holds proc/ and the mounted control groups: tests hand in a folder of their own.
std::optional<double> cpu_quota(const std::filesystem::path& root = "/");

// The cores that this process may use, by affinity mask and CPU quota; at least 1.
int available_cores();

// The smaller of `cores` and the quota, which is rounded up: 1.5 cores are used up by two threads
// and not by one. At least 1.
int cores_within(int cores, std::optional<double> quota);

// The threads to start when `asked` are asked for; 0 asks for one per core. At most 4 per core:
// more than one brings no speed, but a run of a larger machine is repeated to the bit only with its
// number of threads.
int thread_count(int asked, int cores);

}  // namespace digits
