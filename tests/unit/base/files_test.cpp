#include "base/files.h"

#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <iterator>
#include <string>
#include <vector>

#include "support/full_disk.h"
#include "support/testing.h"

namespace digits {
namespace {

// The calls that wait for the disk.
struct SyncCalls {
  int files = 0;         // fsync
  int file_systems = 0;  // syncfs
  bool fail = false;     // as on a disk that is broken
};
SyncCalls sync_calls;

int sync_or_fail(long call, int fd) {
  if (!sync_calls.fail) return static_cast<int>(::syscall(call, fd));
  errno = EIO;
  return -1;
}

}  // namespace
}  // namespace digits

// In this program they replace the functions of the C library.
extern "C" int fsync(int fd) {
  ++digits::sync_calls.files;
  return digits::sync_or_fail(SYS_fsync, fd);
}
extern "C" int syncfs(int fd) noexcept {
  ++digits::sync_calls.file_systems;
  return digits::sync_or_fail(SYS_syncfs, fd);
}

namespace digits {
namespace {

namespace fs = std::filesystem;

TEST(ReadFile, ReturnsEveryByte) {
  const TemporaryDirectory folder;
  const std::string bytes("a\0b\r\n\xff", 6);
  write_file(folder / "x", bytes);
  EXPECT_EQ(read_file(folder / "x"), bytes);
}

TEST(ReadFile, ReportsThePathError) {
  const TemporaryDirectory folder;
  expect_error("input.missing", [&] { read_file(folder / "nothing"); });
  expect_error("input.not_a_file", [&] { read_file(folder.path()); });
}

TEST(WriteFile, ReplacesTheOldFileWithoutLeftovers) {
  const TemporaryDirectory folder;
  write_file(folder / "x", "old");
  write_file(folder / "x", "new");
  EXPECT_EQ(read_file(folder / "x"), "new");
  EXPECT_EQ(files_below(folder.path()), std::vector<std::string>{"x"});
}

TEST(WriteFile, IntoAMissingFolderIsAnError) {
  const TemporaryDirectory folder;
  expect_error("output.unwritable", [&] { write_file(folder / "no" / "x", "bytes"); });
  EXPECT_TRUE(files_below(folder.path()).empty());
}

// A folder is not replaced by a file.
TEST(WriteFile, OverAFolderIsRejected) {
  const TemporaryDirectory folder;
  fs::create_directories(folder / "x" / "inside");
  expect_error("output.unwritable", [&] { write_file(folder / "x", "bytes"); });
  EXPECT_TRUE(fs::is_directory(folder / "x" / "inside"));
}

// The disk becomes full during the write: the old content stays, and the temporary file is deleted.
TEST(WriteFile, OnAFullDiskKeepsOnlyTheOldFile) {
  const TemporaryDirectory folder;
  write_file(folder / "x", "old");
  {
    const FileSizeLimit limit(1000);
    expect_error("disk.full", [&] { write_file(folder / "x", std::string(5000, 'n')); });
  }
  EXPECT_EQ(read_file(folder / "x"), "old");
  EXPECT_EQ(files_below(folder.path()), std::vector<std::string>{"x"});
}

// Temporary files of a killed writer are deleted. Other files stay.
TEST(RemoveLeftovers, RemovesTemporaryFilesOnly) {
  const TemporaryDirectory folder;
  fs::create_directories(folder / ".package.tmp-0123456789abcdef/inside");
  for (const char* name :
       {".x.tmp-0123456789abcdef", ".hidden", "x.tmp-0123456789abcdef", ".x.tmp-1",
        ".x.tmp-g123456789abcdef", ".tmp-0123456789abcdef", "..tmp-0123456789abcdef"}) {
    write_file(folder / name, "bytes");
  }
  remove_leftovers(folder.path());
  EXPECT_THAT(
      files_below(folder.path()),
      testing::ElementsAre("..tmp-0123456789abcdef", ".hidden", ".tmp-0123456789abcdef", ".x.tmp-1",
                           ".x.tmp-g123456789abcdef", "x.tmp-0123456789abcdef"));
  EXPECT_FALSE(fs::exists(folder / ".package.tmp-0123456789abcdef"));
  remove_leftovers(folder / "missing");
}

// A folder is deleted completely. If that is impossible, it stays complete.
TEST(RemoveFolder, RemovesTheFolderAndItsContent) {
  const TemporaryDirectory folder;
  fs::create_directories(folder / "x" / "inside");
  write_file(folder / "x" / "inside" / "file", "bytes");
  remove_folder(folder / "x");
  EXPECT_TRUE(fs::is_empty(folder.path()));
  expect_error("output.unwritable", [&] { remove_folder(folder / "x"); });
}

// A folder that holds only leftovers of a killed writer counts as new.
TEST(RequireNew, IgnoresLeftovers) {
  const TemporaryDirectory folder;
  write_file(folder / ".config.toml.tmp-0123456789abcdef", "half");
  require_new(folder.path());
  write_file(folder / ".hidden", "somebody's");
  expect_error("output.exists", [&] { require_new(folder.path()); });
}

// A link is followed, not replaced. A device is not replaced.
TEST(WriteFile, FollowsLinksAndKeepsDevices) {
  const TemporaryDirectory folder;
  write_file(folder / "real", "old");
  fs::create_symlink(folder / "real", folder / "link");
  write_file(folder / "link", "new");
  EXPECT_TRUE(fs::is_symlink(folder / "link"));
  EXPECT_EQ(read_file(folder / "real"), "new");
  ASSERT_EQ(::mkfifo((folder / "pipe").c_str(), 0600), 0);
  expect_error("output.unwritable", [&] { write_file(folder / "pipe", "bytes"); });
}

// A path that the system does not let us read is not "missing".
TEST(KindOf, DistinguishesMissingFromUnreadable) {
  const TemporaryDirectory folder;
  EXPECT_EQ(kind_of(folder.path()), PathKind::kFolder);
  EXPECT_EQ(kind_of(folder / "nothing"), PathKind::kMissing);
  fs::create_symlink(folder / "loop", folder / "loop");
  expect_error("input.unreadable", [&] { kind_of(folder / "loop"); });
}

TEST(StagedDirectory, AppearsOnlyAfterCommit) {
  const TemporaryDirectory folder;
  StagedDirectory staged(folder / "out");
  write_file(staged.path() / "x", "1");
  EXPECT_FALSE(fs::exists(folder / "out"));
  staged.commit();
  EXPECT_EQ(read_file(folder / "out" / "x"), "1");
}

TEST(StagedDirectory, WithoutCommitLeavesNothing) {
  const TemporaryDirectory folder;
  {
    const StagedDirectory staged(folder / "out");
    write_file(staged.path() / "x", "1");
  }
  EXPECT_TRUE(fs::is_empty(folder.path()));
}

TEST(StagedDirectory, NeverReplacesAFolder) {
  const TemporaryDirectory folder;
  fs::create_directories(folder / "out");
  write_file(folder / "out" / "mine", "1");
  expect_error("output.exists", [&] { StagedDirectory staged(folder / "out"); });
  EXPECT_EQ(read_file(folder / "out" / "mine"), "1");
}

// "out/" is the same folder as "out".
TEST(StagedDirectory, AcceptsATrailingSlash) {
  const TemporaryDirectory folder;
  StagedDirectory staged((folder / "out").string() + "/");
  staged.commit();
  EXPECT_TRUE(fs::is_directory(folder / "out"));
}

TEST(StagedFile, AppearsOnlyAfterCommit) {
  const TemporaryDirectory folder;
  StagedFile file(folder / "x");
  file.append("one ");
  file.append("two");
  EXPECT_FALSE(fs::exists(folder / "x"));
  file.commit();
  EXPECT_EQ(read_file(folder / "x"), "one two");
  EXPECT_THAT(files_below(folder.path()), testing::ElementsAre("x"));
}

TEST(StagedFile, WithoutCommitLeavesNothing) {
  const TemporaryDirectory folder;
  {
    StagedFile file(folder / "x");
    file.append("bytes");
    EXPECT_FALSE(fs::is_empty(folder.path()));
  }
  EXPECT_TRUE(fs::is_empty(folder.path()));
}

// A file, a folder or a dangling link has the name: it is rejected before anything is written.
TEST(StagedFile, RejectsAnExistingName) {
  const TemporaryDirectory folder;
  write_file(folder / "file", "somebody's");
  fs::create_directories(folder / "folder");
  fs::create_symlink("nothing", folder / "link");
  for (const char* name : {"file", "folder", "link"}) {
    expect_error("output.exists", [&] { StagedFile file(folder / name); });
  }
  EXPECT_EQ(read_file(folder / "file"), "somebody's");
  EXPECT_THAT(files_below(folder.path()), testing::ElementsAre("file"));
  expect_error("output.unwritable", [&] { StagedFile file(folder / "none" / "x"); });
}

// Another process has created the name meanwhile: its file or its link stays.
TEST(StagedFile, NeverReplacesAFile) {
  const TemporaryDirectory folder;
  {
    StagedFile file(folder / "x");
    file.append("bytes");
    fs::create_symlink("nothing", folder / "x");
    expect_error("output.exists", [&] { file.commit(); });
    fs::remove(folder / "x");
    write_file(folder / "x", "somebody's");
    expect_error("output.exists", [&] { file.commit(); });
  }
  EXPECT_EQ(read_file(folder / "x"), "somebody's");
  EXPECT_THAT(files_below(folder.path()), testing::ElementsAre("x"));
}

TEST(StagedFile, OnAFullDiskLeavesNothing) {
  const TemporaryDirectory folder;
  {
    const FileSizeLimit limit(1000);
    StagedFile file(folder / "x");
    file.append(std::string(600, 'x'));
    expect_error("disk.full", [&] { file.append(std::string(600, 'y')); });
  }
  EXPECT_TRUE(fs::is_empty(folder.path()));
}

// A synced file is on the disk before it has its name, and then the name is: two calls. A folder
// has all of its files on the disk first. An unsynced file waits for nothing.
TEST(Durability, WaitsForTheDisk) {
  const TemporaryDirectory folder;
  sync_calls = {};
  write_file(folder / "x", "bytes", Durability::kUnsynced);
  EXPECT_EQ(sync_calls.files, 0);
  write_file(folder / "x", "bytes");
  EXPECT_EQ(sync_calls.files, 2);
  StagedFile file(folder / "file");
  file.append("bytes");
  EXPECT_EQ(sync_calls.files, 2);
  file.commit();
  EXPECT_EQ(sync_calls.files, 4);
  StagedDirectory staged(folder / "folder");
  EXPECT_EQ(sync_calls.file_systems, 0);
  staged.commit();
  EXPECT_EQ(sync_calls.file_systems, 1);
  EXPECT_EQ(sync_calls.files, 5);
}

// A disk that does not keep the bytes is an error, and nothing new gets a name.
TEST(Durability, OfABrokenDiskIsAnError) {
  const TemporaryDirectory folder;
  write_file(folder / "old", "old");
  {
    StagedFile file(folder / "file");
    StagedDirectory staged(folder / "folder");
    sync_calls.fail = true;
    const std::vector<std::string> codes{error_code([&] { write_file(folder / "old", "new"); }),
                                         error_code([&] { file.commit(); }),
                                         error_code([&] { staged.commit(); })};
    sync_calls.fail = false;
    EXPECT_THAT(codes, testing::Each("disk.failed"));
  }
  EXPECT_EQ(read_file(folder / "old"), "old");
  EXPECT_EQ(std::distance(fs::directory_iterator(folder.path()), fs::directory_iterator()), 1);
}

}  // namespace
}  // namespace digits
