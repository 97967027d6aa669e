#include "base/file_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <ctime>
#include <memory>
#include <vector>

#include "base/interrupt.h"
#include "support/testing.h"

namespace digits {
namespace {

// A wait for a lock. While there is a holder, nobody sleeps.
struct LockWait {
  std::unique_ptr<FileLock> holder;  // releases the lock before the fourth try
  int tries = 0;
  std::vector<long> sleeps;  // nanoseconds
};
LockWait lock_wait;

}  // namespace
}  // namespace digits

// In this program they replace the functions of the C library.
extern "C" int flock(int fd, int operation) noexcept {
  auto& waiting = digits::lock_wait;
  if (waiting.holder && ++waiting.tries == 4) waiting.holder.reset();
  return static_cast<int>(::syscall(SYS_flock, fd, operation));
}
extern "C" int nanosleep(const timespec* length, timespec* rest) {
  auto& waiting = digits::lock_wait;
  if (!waiting.holder) return static_cast<int>(::syscall(SYS_nanosleep, length, rest));
  waiting.sleeps.push_back(length->tv_nsec);
  return 0;
}

namespace digits {
namespace {

// Whether the lock has a holder: a wait for it is interrupted.
bool is_held(const std::filesystem::path& path) {
  set_interrupted(true);
  const auto code = error_code([&] { const FileLock lock(path); });
  set_interrupted(false);
  EXPECT_THAT(code, testing::AnyOf("interrupted", "no error"));
  return code == "interrupted";
}

TEST(FileLock, HasOneHolderAtATime) {
  const TemporaryDirectory folder;
  const auto path = folder / "lock";
  {
    const FileLock lock(path);
    EXPECT_TRUE(is_held(path));
  }
  EXPECT_FALSE(is_held(path));
  EXPECT_TRUE(std::filesystem::exists(path));
}

// try_lock does not wait, and a closed lock is free. A file that cannot be locked is an error, not
// a held lock.
TEST(FileLock, TryLockDoesNotWait) {
  const TemporaryDirectory folder;
  const auto path = folder / "lock";
  const auto open_file = [&] {
    return Descriptor(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
  };
  const auto second = open_file();
  {
    const auto first = open_file();
    EXPECT_TRUE(try_lock(first, path));
    EXPECT_TRUE(try_lock(first, path));  // the same descriptor already holds it
    EXPECT_FALSE(try_lock(second, path));
  }
  EXPECT_TRUE(try_lock(second, path));
  expect_error("output.unwritable", [&] { try_lock(Descriptor(-1), path); });
}

// A waiting process does not keep a core busy: between two tries it sleeps for 5 milliseconds.
TEST(FileLock, SleepsBetweenTwoTries) {
  const TemporaryDirectory folder;
  lock_wait = {};
  lock_wait.holder = std::make_unique<FileLock>(folder / "lock");
  const FileLock lock(folder / "lock");
  EXPECT_EQ(lock_wait.tries, 4);
  EXPECT_THAT(lock_wait.sleeps, testing::ElementsAre(5'000'000, 5'000'000, 5'000'000));
}

// A killed process holds no lock.
TEST(FileLock, IsReleasedWhenTheProcessEnds) {
  const TemporaryDirectory folder;
  const auto path = folder / "lock";
  int ready[2];
  ASSERT_EQ(::pipe(ready), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    const FileLock lock(path);
    if (::write(ready[1], "x", 1) != 1) ::_exit(1);
    ::pause();
  }
  char byte = 0;
  ASSERT_EQ(::read(ready[0], &byte, 1), 1);
  EXPECT_TRUE(is_held(path));
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  EXPECT_FALSE(is_held(path));
  ::close(ready[0]);
  ::close(ready[1]);
}

TEST(FileLock, NamesAnUnusablePath) {
  const TemporaryDirectory folder;
  expect_error("output.unwritable", [&] { const FileLock lock(folder / "no" / "lock"); });
  expect_error("output.unwritable", [&] { const FileLock lock(folder.path()); });
}

}  // namespace
}  // namespace digits
