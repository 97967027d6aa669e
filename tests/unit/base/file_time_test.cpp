#include "base/file_time.h"

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

}  // namespace
}  // namespace digits
