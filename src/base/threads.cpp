#include "base/threads.h"

#include <sched.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

namespace digits {

namespace fs = std::filesystem;

namespace {

// Mounted control groups: version 2, or version 1's groups for the CPU.
struct Hierarchy {
  bool version2 = false;
  fs::path mount;
  fs::path top;  // the group that the mount shows; a container's mount shows the container's group
};

std::vector<std::string> words_of(const std::string& line) {
  std::istringstream words(line);
  return {std::istream_iterator<std::string>(words), {}};
}

// Whether `name` is one of the names in "rw,cpu,cpuacct".
bool lists(const std::string& names, const std::string& name) {
  return ("," + names + ",").find("," + name + ",") != std::string::npos;
}

// A line of mountinfo: ID PARENT DEVICE TOP MOUNT OPTIONS [FIELD...] - TYPE SOURCE OPTIONS.
std::optional<Hierarchy> hierarchy_of(const std::string& line) {
  const auto words = words_of(line);
  const auto dash = std::find(words.begin(), words.end(), "-");
  if (words.size() < 7 || words.end() - dash < 4) return std::nullopt;
  const bool version2 = dash[1] == "cgroup2";
  if (!version2 && !(dash[1] == "cgroup" && lists(dash[3], "cpu"))) return std::nullopt;
  return Hierarchy{version2, words[4], words[3]};
}

// This process's group, from lines like "4:cpu,cpuacct:/a/b" and, for version 2, "0::/a/b".
std::optional<fs::path> group_of(const fs::path& table, bool version2) {
  std::ifstream file(table);
  for (std::string line; std::getline(file, line);) {
    const auto first = line.find(':');
    const auto second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    const auto names = line.substr(first + 1, second - first - 1);
    if (version2 ? line.rfind("0::", 0) == 0 : lists(names, "cpu")) return line.substr(second + 1);
  }
  return std::nullopt;
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

// The smallest quota of the group and its parents that the mount shows.
std::optional<double> smallest_quota(const Hierarchy& hierarchy, const fs::path& mount,
                                     const fs::path& group) {
  const auto below = group.lexically_relative(hierarchy.top);
  auto quota = quota_in(mount, hierarchy.version2);
  auto folder = mount;
  for (const auto& part : below) {
    if (part == "..") break;  // the group lies outside the mount
    folder /= part;
    quota = smaller(quota, quota_in(folder, hierarchy.version2));
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
  std::ifstream mounts(root / "proc/self/mountinfo");
  for (std::string line; std::getline(mounts, line);) {
    const auto hierarchy = hierarchy_of(line);
    if (!hierarchy) continue;
    const auto group = group_of(root / "proc/self/cgroup", hierarchy->version2);
    if (!group) continue;
    const auto mount = root / hierarchy->mount.relative_path();
    quota = smaller(quota, smallest_quota(*hierarchy, mount, *group));
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
