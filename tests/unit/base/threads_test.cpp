#include "base/threads.h"

#include <sched.h>

#include <string>
#include <thread>

#include "base/files.h"
#include "support/testing.h"

namespace digits {
namespace {

// A machine's proc/ and control groups, with only the files that cpu_quota reads.
class CpuQuota : public testing::Test {
 protected:
  void write(const std::string& path, const std::string& text) {
    std::filesystem::create_directories((root_ / path).parent_path());
    write_file(root_ / path, text);
  }
  TemporaryDirectory root_;
};

TEST_F(CpuQuota, IsUnsetWithoutControlGroups) {
  EXPECT_EQ(cpu_quota(root_.path()), std::nullopt);
  write("proc/self/cgroup", "no group\n0::/app\n");
  EXPECT_EQ(cpu_quota(root_.path()), std::nullopt);
}

// By hand: 150 ms of CPU time in each 100 ms are 1.5 cores. "max" means that there is no quota.
TEST_F(CpuQuota, ReadsVersion2) {
  write("proc/self/cgroup", "0::/app\n");
  write("sys/fs/cgroup/app/cpu.max", "150000 100000\n");
  EXPECT_EQ(cpu_quota(root_.path()), 1.5);
  write("sys/fs/cgroup/app/cpu.max", "max 100000\n");
  EXPECT_EQ(cpu_quota(root_.path()), std::nullopt);
}

// -1 means that there is no quota. The quota of a group that has the name of this process's group
// for cpuset does not count.
TEST_F(CpuQuota, ReadsVersion1) {
  write("proc/self/cgroup", "9:cpuset:/set\n4:cpu,cpuacct:/app\n0::/\n");
  write("sys/fs/cgroup/cpu/set/cpu.cfs_period_us", "50000\n");
  write("sys/fs/cgroup/cpu/set/cpu.cfs_quota_us", "50000\n");
  write("sys/fs/cgroup/cpu/app/cpu.cfs_period_us", "50000\n");
  write("sys/fs/cgroup/cpu/app/cpu.cfs_quota_us", "-1\n");
  EXPECT_EQ(cpu_quota(root_.path()), std::nullopt);
  write("sys/fs/cgroup/cpu/app/cpu.cfs_quota_us", "150000\n");
  EXPECT_EQ(cpu_quota(root_.path()), 3.0);
}

// Any two numbers above 0 are a quota and its period. One of them alone is no quota.
TEST_F(CpuQuota, NeedsBothNumbers) {
  write("proc/self/cgroup", "4:cpu,cpuacct:/app\n0::/app\n");
  const std::string version1 = "sys/fs/cgroup/cpu/app/cpu.cfs_";
  const std::string version2 = "sys/fs/cgroup/app/cpu.max";
  write(version2, "1 1\n");
  EXPECT_EQ(cpu_quota(root_.path()), 1.0);
  for (const char* text : {"0 100000\n", "100000 0\n", "100000\n", "\n", ""}) {
    write(version2, text);
    EXPECT_EQ(cpu_quota(root_.path()), std::nullopt) << text;
  }
  write(version1 + "quota_us", "1\n");
  EXPECT_EQ(cpu_quota(root_.path()), std::nullopt);
  write(version1 + "period_us", "1\n");
  EXPECT_EQ(cpu_quota(root_.path()), 1.0);
  write(version1 + "quota_us", "0\n");
  EXPECT_EQ(cpu_quota(root_.path()), std::nullopt);
}

// A group cannot use more than its parents' quotas.
TEST_F(CpuQuota, IsTheSmallestQuotaOfAllParents) {
  write("proc/self/cgroup", "0::/a/b/c\n");
  write("sys/fs/cgroup/a/cpu.max", "200000 100000\n");
  write("sys/fs/cgroup/a/b/cpu.max", "max 100000\n");
  write("sys/fs/cgroup/a/b/c/cpu.max", "800000 100000\n");
  EXPECT_EQ(cpu_quota(root_.path()), 2.0);
  write("sys/fs/cgroup/cpu.max", "100000 100000\n");
  EXPECT_EQ(cpu_quota(root_.path()), 1.0);
}

// Inside a container the root of the mount is the container's group, and its name outside is no
// path.
TEST_F(CpuQuota, IsFoundInAContainer) {
  write("sys/fs/cgroup/cpu.max", "300000 100000\n");
  write("proc/self/cgroup", "0::/docker/0123\n");
  EXPECT_EQ(cpu_quota(root_.path()), 3.0);
  write("proc/self/cgroup", "0::/../elsewhere\n");  // a group that the mount does not show
  EXPECT_EQ(cpu_quota(root_.path()), 3.0);
}

TEST(Threads, CoresAreWithinTheQuota) {
  EXPECT_EQ(cores_within(8, std::nullopt), 8);
  EXPECT_EQ(cores_within(8, 16.0), 8);
  EXPECT_EQ(cores_within(8, 2.0), 2);
  EXPECT_EQ(cores_within(8, 1.5), 2);  // one thread would leave half a core unused
  EXPECT_EQ(cores_within(8, 0.1), 1);
}

// The test uses another thread, since the mask belongs to a thread: a mask of one core gives one
// core.
TEST(Threads, CoresFollowTheAffinityMask) {
  std::thread([] {
    cpu_set_t mask;
    ASSERT_EQ(sched_getaffinity(0, sizeof(mask), &mask), 0);
    const int before = CPU_COUNT(&mask);
    EXPECT_EQ(affinity_cores(), before);
    int core = 0;
    while (!CPU_ISSET(core, &mask)) ++core;
    CPU_ZERO(&mask);
    CPU_SET(core, &mask);
    ASSERT_EQ(sched_setaffinity(0, sizeof(mask), &mask), 0);
    EXPECT_EQ(affinity_cores(), 1);
    EXPECT_EQ(available_cores(), 1);
  }).join();
}

// 999 threads on two cores would only delay each other.
TEST(Threads, AreAtMostFourPerCore) {
  EXPECT_EQ(thread_count(0, 2), 2);
  EXPECT_EQ(thread_count(1, 2), 1);
  EXPECT_EQ(thread_count(8, 2), 8);
  EXPECT_EQ(thread_count(9, 2), 8);
  EXPECT_EQ(thread_count(999, 2), 8);
}

}  // namespace
}  // namespace digits
