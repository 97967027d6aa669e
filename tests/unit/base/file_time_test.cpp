#include "base/file_time.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "base/files.h"
#include "support/testing.h"

namespace digits {
namespace {

// 2001-09-09 01:46:40 UTC is second 1,000,000,000 of Unix time.
TEST(FileTime, IsFormattedInUtc) {
  EXPECT_EQ(utc_text(1'000'000'000'000'000'000 + 999'999'999), "2001-09-09 01:46:40");
}

TEST(FileTime, OfAMissingFileIsZero) {
  const TemporaryDirectory folder;
  EXPECT_EQ(written_at(folder / "x"), 0);
  write_file(folder / "x", "bytes");
  EXPECT_GT(written_at(folder / "x"), 1'700'000'000'000'000'000);
}

// A file that was written a quarter of a second later has a later time.
TEST(FileTime, CountsNanoseconds) {
  const TemporaryDirectory folder;
  const auto path = folder / "x";
  write_file(path, "bytes");
  const timespec opened{2'000'000'000, 500'000'000};
  const timespec written{1'000'000'000, 250'000'000};
  const timespec times[] = {opened, written};
  ASSERT_EQ(::utimensat(AT_FDCWD, path.c_str(), times, 0), 0);
  struct stat kept {};
  ASSERT_EQ(::stat(path.c_str(), &kept), 0);
  if (kept.st_mtim.tv_nsec != written.tv_nsec) GTEST_SKIP() << "a file system of coarse times";
  EXPECT_EQ(written_at(path), 1'000'000'000'250'000'000);
}

}  // namespace
}  // namespace digits
