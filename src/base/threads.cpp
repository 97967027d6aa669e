#include "base/threads.h"

#include <sched.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <string>
#include <thread>

namespace digits {

namespace fs = std::filesystem;

namespace {

// Whether `name` is one of the names in "cpu,cpuacct".
bool lists(const std::string& names, const std::string& name) {
  return ("," + names + ",").find("," + name + ",") != std::string::npos;
}

// A missing number, "max" and a negative number mean that there is no quota.
std::optional<double> quota_in(const fs::path& folder, bool version2) {
  double quota = 0.0;
  double period = 0.0;
  if (version2) {
    std::ifstream(folder / "cpu.max") >> quota >> period;
  } else {
    std::ifstream(folder / "cpu.cfs_quota_us") >> quota;
    std::ifstream(folder / "cpu.cfs_period_us") >> period;
  }
  return quota > 0.0 && period > 0.0 ? std::optional<double>(quota / period) : std::nullopt;
}

std::optional<double> smaller(std::optional<double> a, std::optional<double> b) {
  if (!a || !b) return a ? a : b;
  return std::min(*a, *b);
}

// The smallest quota of a group and its parents, down from the folder where the hierarchy is
// mounted. In a container this folder is the container's group, and the group's name outside is no
// path.
std::optional<double> smallest_quota(fs::path folder, const fs::path& group, bool version2) {
  auto quota = quota_in(folder, version2);
  for (const auto& part : group.relative_path()) {
    folder /= part;
    quota = smaller(quota, quota_in(folder, version2));
  }
  return quota;
}

}  // namespace

int affinity_cores() {
  cpu_set_t mask{};
  if (sched_getaffinity(0, sizeof(mask), &mask) == 0) return std::max(1, CPU_COUNT(&mask));
  return static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));  // over 1024 cores
}

std::optional<double> cpu_quota(const fs::path& root) {
  std::optional<double> quota;
  std::ifstream groups(root / "proc/self/cgroup");
  // The lines are like "4:cpu,cpuacct:/a/b" and, for version 2, "0::/a/b".
  for (std::string line; std::getline(groups, line);) {
    const auto first = line.find(':');
    const auto second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    const auto names = line.substr(first + 1, second - first - 1);
    const bool version2 = names.empty();
    if (!version2 && !lists(names, "cpu")) continue;
    const auto mount = root / "sys/fs/cgroup" / (version2 ? "" : "cpu");
    quota = smaller(quota, smallest_quota(mount, line.substr(second + 1), version2));
  }
  return quota;
}

int cores_within(int cores, std::optional<double> quota) {
  if (!quota || *quota >= cores) return std::max(1, cores);
  return std::max(1, static_cast<int>(std::ceil(*quota)));
}

int available_cores() { return cores_within(affinity_cores(), cpu_quota()); }

int thread_count(int asked, int cores) {
  constexpr int kMostPerCore = 4;
  return asked > 0 ? std::min(asked, kMostPerCore * cores) : cores;
}

}  // namespace digits
