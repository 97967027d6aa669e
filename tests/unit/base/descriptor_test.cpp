#include "base/descriptor.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <string>

#include "base/file_lock.h"
#include "base/files.h"
#include "support/testing.h"

namespace digits {
namespace {

// Each failed write has the code and the hint that fit its cause: free some space, check the disk,
// or choose another place.
TEST(WriteError, HasTheRemedyOfItsCause) {
  struct Case {
    int number;
    const char* code;
    const char* text;
    const char* hint;
  };
  const char* const space = "free some space; no incomplete file was left";
  const char* const place = "choose a place that you can write to";
  for (const auto& [number, code, text, hint] :
       {Case{ENOSPC, "disk.full", "No space left on device", space},
        {EDQUOT, "disk.full", "Disk quota exceeded", space},
        {EFBIG, "disk.full", "File too large", space},
        {EIO, "disk.failed", "Input/output error", "check the disk"},
        {EACCES, "output.unwritable", "Permission denied", place},
        {ENOENT, "output.unwritable", "No such file or directory", place},
        {EROFS, "output.unwritable", "Read-only file system", place}}) {
    const auto error = write_error("out/x", number);
    EXPECT_EQ(error.code(), code) << text;
    EXPECT_EQ(error.what(), std::string("out/x: ") + text);
    EXPECT_EQ(error.hint(), hint) << text;
  }
}

TEST(ParentOf, IsTheFolderOfTheName) {
  EXPECT_EQ(parent_of("x").string(), ".");
  EXPECT_EQ(parent_of("a/b/x").string(), "a/b");
  EXPECT_EQ(parent_of("/x").string(), "/");
}

// Where a program has no standard input, the first file that it opens has the number 0.
class WithoutStandardInput : public testing::Test {
 protected:
  WithoutStandardInput() : input_(::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)) {
    ::close(STDIN_FILENO);
  }
  ~WithoutStandardInput() override {
    if (input_.get() >= 0) ::dup2(input_.get(), STDIN_FILENO);
  }

 private:
  Descriptor input_;
};

TEST_F(WithoutStandardInput, FilesAreClosed) {
  {
    const Descriptor file(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    EXPECT_EQ(file.get(), 0);
  }
  EXPECT_EQ(::fcntl(0, F_GETFD), -1);
}

TEST_F(WithoutStandardInput, FilesAreWrittenReadAndLocked) {
  const TemporaryDirectory folder;
  write_file(folder / "x", "bytes");
  EXPECT_EQ(read_file(folder / "x"), "bytes");
  StagedDirectory staged(folder / "out");
  staged.commit();
  EXPECT_TRUE(std::filesystem::is_directory(folder / "out"));
  EXPECT_NO_THROW(FileLock(folder / "lock"));
}

}  // namespace
}  // namespace digits
