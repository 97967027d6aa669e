#include "base/date.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "base/files.h"
#include "support/testing.h"

namespace digits {
namespace {

// By the calendar: leap years, and both sides of 1970.
TEST(Date, CountsDays) {
  EXPECT_EQ(days_since_1970("1970-01-01"), 0);
  EXPECT_EQ(days_since_1970("1969-12-31"), -1);
  EXPECT_EQ(days_since_1970("1971-01-01"), 365);
  EXPECT_EQ(days_since_1970("2000-03-01"), 11017);  // after a leap day in a year of 400
  EXPECT_EQ(*days_since_1970("2024-03-01") - *days_since_1970("2024-02-28"), 2);
  EXPECT_EQ(*days_since_1970("2023-03-01") - *days_since_1970("2023-02-28"), 1);
}

TEST(Date, RejectsOtherText) {
  for (const char* text : {"", "2026", "2026-1-31", "31-01-2026", "2026-02-30", "2026-13-01",
                           "2026-01-31 ", "2026-01-31T12:00", "yesterday"}) {
    EXPECT_EQ(days_since_1970(text), std::nullopt) << text;
  }
}

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
