// scripts/update_fork.sh: later changes of the template, in a fork.
#include <cstdlib>
#include <regex>

#include "base/files.h"
#include "support/program.h"
#include "support/testing.h"

namespace digits {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

// A small template with a history: some files of this tree, in a git checkout.
class UpdateFork : public testing::Test {
 protected:
  void SetUp() override {
    if (run_process({"git", "--version"}).status != 0) GTEST_SKIP() << "no git at hand";
    for (const char* name : {"README.md", "LICENSE", "data/fixtures/README.md", "scripts"}) {
      fs::create_directories((template_ / name).parent_path());
      fs::copy(source_path(name), template_ / name, fs::copy_options::recursive);
    }
    write_file(template_ / "data/fixtures/README.md", "The fixtures of digits\n");
    fs::create_directory(template_ / "src");
    write_file(template_ / "src/a.txt", "digits one\n2\n3\n4\n5\n6\nseven\n");
    write_file(template_ / "src/b.txt", "digits b\n");
    commit(template_);
    EXPECT_EQ(make_fork(fork_).status, 0);
    commit(fork_);
  }

  static void commit(const fs::path& checkout) {
    ProcessOptions options;
    options.directory = checkout;
    const auto result = run_process({"sh", "-ec",
                                     "git init -q && git add -A && git -c user.name=a -c "
                                     "user.email=a@a commit -qm x --allow-empty"},
                                    options);
    EXPECT_EQ(result.status, 0) << result.err;
  }

  ProcessResult make_fork(const fs::path& fork, const ProcessOptions& options = {}) {
    return run_process({template_ / "scripts/fork.sh", fork, "--name", "garments"}, options);
  }
  ProcessResult update(const fs::path& fork, const ProcessOptions& options = {}) {
    return run_process({template_ / "scripts/update_fork.sh", fork}, options);
  }
  ProcessResult update() { return update(fork_); }

  // Commits the file .template of the fork with another value.
  void record(const std::string& key, const std::string& value) {
    write_file(fork_ / ".template",
               std::regex_replace(read_file(fork_ / ".template"), std::regex(key + ": .*"),
                                  key + ": " + value));
    commit(fork_);
  }

  const TemporaryDirectory folder_;
  const fs::path template_ = folder_ / "template";
  const fs::path fork_ = folder_ / "fork";
};

// Neither a new extra of the template arrives, nor the passages that are about it.
TEST_F(UpdateFork, LeavesOutNewExtras) {
  fs::create_directories(template_ / "extras/later");
  write_file(template_ / "extras/later/README.md", "digits later\n");
  write_file(template_ / "src/b.txt",
             "digits b\n# [fork: only with extras/later]\nlater\n# [fork: end]\nend\n");
  commit(template_);
  const auto result = update();
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_FALSE(fs::exists(fork_ / "extras/later"));
  EXPECT_EQ(read_file(fork_ / "src/b.txt"), "garments b\nend\n");
}

// A list of fixtures without hashes stays as it is.
TEST_F(UpdateFork, KeepsAListOfFixturesWithoutHashes) {
  EXPECT_EQ(read_file(fork_ / "data/fixtures/README.md"), "The fixtures of numerals\n");
}

// A change of the template arrives under the fork's name, beside the fork's own change of the same
// file. What the fork has deleted stays deleted.
TEST_F(UpdateFork, AppliesTheTemplatesChanges) {
  write_file(fork_ / "src/a.txt", "garments one\n2\n3\n4\n5\n6\nmine\n");
  fs::remove(fork_ / "src/b.txt");
  commit(fork_);
  write_file(template_ / "src/a.txt", "digits first\n2\n3\n4\n5\n6\nseven\n");
  write_file(template_ / "src/b.txt", "digits better\n");
  write_file(template_ / "src/c.txt", "digits c\n");
  commit(template_);
  const auto result = update();
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_EQ(read_file(fork_ / "src/a.txt"), "garments first\n2\n3\n4\n5\n6\nmine\n");
  EXPECT_EQ(read_file(fork_ / "src/c.txt"), "garments c\n");
  EXPECT_FALSE(fs::exists(fork_ / "src/b.txt"));

  EXPECT_THAT(update().err, HasSubstr("is no clean git checkout"));
  commit(fork_);
  EXPECT_THAT(update().out, HasSubstr("up to date"));
}

// Where both changed the same line, the fork has both versions, and the status is 1.
TEST_F(UpdateFork, NamesConflicts) {
  write_file(fork_ / "src/a.txt", "mine\n2\n3\n4\n5\n6\nseven\n");
  commit(fork_);
  write_file(template_ / "src/a.txt", "digits first\n2\n3\n4\n5\n6\nseven\n");
  commit(template_);
  const auto result = update();
  EXPECT_EQ(result.status, 1);
  EXPECT_THAT(result.err, HasSubstr("conflict: src/a.txt\n"));
  EXPECT_THAT(read_file(fork_ / "src/a.txt"), HasSubstr("<<<<<<<"));
  EXPECT_THAT(read_file(fork_ / "src/a.txt"), HasSubstr("garments first\n"));
}

// A clone lacks the template's versions of files that an earlier update merged. They are made anew.
TEST_F(UpdateFork, MergesInAClone) {
  write_file(fork_ / "src/a.txt", "garments one\n2\nmine\n4\n5\n6\nseven\n");
  commit(fork_);
  write_file(template_ / "src/a.txt", "digits one\n2\n3\n4\nfive\n6\nseven\n");
  commit(template_);
  EXPECT_EQ(update().status, 0);
  commit(fork_);
  const auto clone = folder_ / "clone";
  ASSERT_EQ(run_process({"git", "clone", "--quiet", "--no-local", fork_, clone}).status, 0);
  write_file(template_ / "src/a.txt", "digits first\n2\n3\n4\nfive\n6\nseven\n");
  commit(template_);
  const auto result = update(clone);
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_EQ(read_file(fs::path(clone) / "src/a.txt"),
            "garments first\n2\nmine\n4\nfive\n6\nseven\n");
}

// A formatted fork needs the formatter. An unformatted one is updated without it, on any machine.
TEST_F(UpdateFork, NeedsTheFormatter) {
  const fs::path tools = folder_ / "tools";
  fs::create_directory(tools);
  for (const char* name : {"clang-format", "clang-format-14"}) {
    write_program(tools / name, "echo clang-format version 15.0.0\n");
  }
  ProcessOptions without;
  without.environment["PATH"] = tools.string() + ":" + std::getenv("PATH");
  record("formatted", "yes");
  const auto result = update(fork_, without);
  EXPECT_EQ(result.status, 2);
  EXPECT_THAT(result.err, HasSubstr("clang-format 14 or patch is missing here (hint: "));
  const std::string other = folder_ / "other";
  EXPECT_EQ(make_fork(other, without).status, 0);
  EXPECT_THAT(read_file(other + "/.template"), HasSubstr("\nformatted: no\n"));

  record("formatted", "no");
  write_file(template_ / "src/b.txt", "digits better\n");
  commit(template_);
  EXPECT_EQ(update().status, 0);
  EXPECT_THAT(read_file(fork_ / ".template"), HasSubstr("\nformatted: no\n"));
}

// A fork of a template with uncommitted changes, or without git, has no revision to compare with.
// The script says so when it makes the fork.
TEST_F(UpdateFork, NeedsACommittedTemplate) {
  write_file(template_ / "src/b.txt", "digits better\n");
  const auto made = make_fork(folder_ / "other");
  EXPECT_THAT(made.out, HasSubstr("cannot be updated later: it was made from a template with "
                                  "uncommitted changes"));
  record("revision", "0123456789012345678901234567890123456789-changed");
  EXPECT_THAT(update().err, HasSubstr("was made from a template with uncommitted changes (hint: "));
  record("revision", "unknown");
  const auto result = update();
  EXPECT_EQ(result.status, 2);
  EXPECT_THAT(result.err, HasSubstr("was made from a copy of the template without git (hint: "));
}

// A checkout that git cannot read is not taken for a copy without git.
TEST_F(UpdateFork, StopsIfGitFails) {
  fs::remove_all(template_ / ".git");
  write_file(template_ / ".git", "gitdir: gone\n");
  const auto result = make_fork(folder_ / "other");
  EXPECT_EQ(result.status, 2);
  EXPECT_THAT(result.err, HasSubstr("not a git repository"));
  EXPECT_THAT(result.err, HasSubstr("fork.sh: git cannot read "));
  EXPECT_FALSE(fs::exists(folder_ / "other"));
}

// A template without the revision that made the fork cannot tell the difference.
TEST_F(UpdateFork, NeedsTheRevision) {
  write_file(fork_ / ".template",
             "revision: 0123456789012345678901234567890123456789\nname: garments\n");
  commit(fork_);
  const auto result = update();
  EXPECT_EQ(result.status, 2);
  EXPECT_THAT(result.err, HasSubstr("does not have the template's revision 0123456789"));
}

}  // namespace
}  // namespace digits
