// extras/bench/compare_with.sh in a small repository, whose program tells its version in place of a
// time.
#include <algorithm>

#include "base/files.h"
#include "support/program.h"
#include "support/testing.h"

namespace digits {
namespace {

constexpr const char* kCopyBuild =
    "cd \"$(dirname \"$0\")/..\"\nmkdir -p build/release\ncp program build/release/digits\n";

// `bench train ... --out FILE` writes the version; `bench compare` prints both, and fails as a
// gate.
constexpr const char* kVersionProgram =
    "case $2 in\n"
    "  train) for out; do :; done; cat \"$(dirname \"$0\")/../../version\" > \"$out\" ;;\n"
    "  compare) cat \"$3\" \"$4\"; echo \"tolerance $6\"; exit 4 ;;\n"
    "esac\n";

class CompareWith : public testing::Test {
 protected:
  void SetUp() override {
    if (run_process({"git", "--version"}).status != 0) GTEST_SKIP() << "no git at hand";
    for (const char* name : {"scripts", "extras/bench"}) {
      std::filesystem::create_directories(folder_ / name);
    }
    std::filesystem::copy(source_path("extras/bench/compare_with.sh"), folder_ / "extras/bench");
    write_program(folder_ / "scripts/build.sh", kCopyBuild);
    write_program(folder_ / "program", kVersionProgram);
    git("init -q");
    for (const char* version : {"old", "new"}) {
      write_file(folder_ / "version", version + std::string("\n"));
      git("add -A && git -c user.name=a -c user.email=a@a commit -qm x");
    }
  }

  std::string git(const std::string& words) {
    ProcessOptions options;
    options.directory = folder_.path();
    const auto result = run_process({"sh", "-ec", "git " + words}, options);
    EXPECT_EQ(result.status, 0) << result.err;
    return result.out;
  }
  ProcessResult compare_with(const std::string& revision) {
    return run_process({folder_ / "extras/bench/compare_with.sh", revision});
  }

  const TemporaryDirectory folder_;
};

// The earlier commit is the baseline, the status is that of the comparison, and the second working
// tree is removed.
TEST_F(CompareWith, EarlierCommitIsTheBaseline) {
  const auto result = compare_with("HEAD~1");
  EXPECT_EQ(result.status, 4) << result.err;
  EXPECT_EQ(result.out, "old\nnew\ntolerance 0.25\n");
  const auto trees = git("worktree list");
  EXPECT_EQ(std::count(trees.begin(), trees.end(), '\n'), 1) << trees;
}

// A mistyped revision must not be compared with anything.
TEST_F(CompareWith, RejectsAnUnknownRevision) {
  const auto result = compare_with("HAED~1");
  EXPECT_EQ(result.status, 2);
  EXPECT_EQ(result.out, "");
  EXPECT_THAT(result.err, testing::HasSubstr("no commit \"HAED~1\""));
}

}  // namespace
}  // namespace digits
