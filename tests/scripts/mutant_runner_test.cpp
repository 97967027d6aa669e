// tests/mutants/run.sh, on a tree with one text file as its source and a shell script as its test
// program.
#include <cstdlib>

#include "base/files.h"
#include "support/program.h"
#include "support/testing.h"

namespace digits {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class MutantRunner : public testing::Test {
 protected:
  MutantRunner() {
    for (const char* folder :
         {"scripts", "src", "bin", "tests/mutants/data", "build/mutants/build/release/tests"}) {
      fs::create_directories(folder_ / folder);
    }
    for (const char* script : {"run.sh", "planted_bugs.sh"}) {
      fs::copy(fs::path(source_path("tests/mutants")) / script, folder_ / "tests/mutants");
    }
    fs::copy(source_path("scripts/copy_tree.sh"), folder_ / "scripts");
    write_program(folder_ / "bin/cmake", "");
    write_file(folder_ / "build/mutants/build/release/build.ninja", "");
    write_file(folder_ / "src/colour.txt", "blue\n");
    write_file(folder_ / "src/size.txt", "large\n");
    // Sky.IsBlue reads the file, Sky.IsThere does not read it, Sky.Crashes ends without a message.
    write_program(folder_ / "build/mutants/build/release/tests/unit", R"(
case "$1" in --gtest_list_tests) for t in IsBlue IsThere Crashes Hangs IsLarge IsSkipped; do
  case "$2" in *Sky.$t*) echo "  $t" ;; esac; done; exit 0 ;; esac
case "$1" in
  *IsBlue*) grep -q blue src/colour.txt || { echo "[  FAILED  ] Sky.IsBlue"; exit 1; } ;;
esac
case "$1" in *Crashes*) grep -q blue src/colour.txt || exit 134 ;; esac
case "$1" in *Hangs*) grep -q blue src/colour.txt || exec sleep 60 ;; esac
case "$1" in
  *IsLarge*) grep -q large src/size.txt || { echo "[  FAILED  ] Sky.IsLarge"; exit 1; } ;;
esac
case "$1" in *IsSkipped*) ;; *) echo "[  PASSED  ] 1 test." ;; esac)");
  }

  void SetUp() override {
    const auto found = run_process({"sh", "-c", "command -v patch && command -v git"});
    if (found.status != 0) GTEST_SKIP() << "no patch or no git to plant bugs with";
  }

  void add(const std::string& name, const std::string& test, const std::string& file = "colour",
           const std::string& from = "blue", const std::string& to = "red") {
    write_file(folder_ / "tests/mutants/data" / (name + ".patch"),
               "What: another word\nTest: unit " + test + "\n--- a/src/" + file +
                   ".txt\n+++ b/src/" + file + ".txt\n@@ -1 +1 @@\n-" + from + "\n+" + to + "\n");
  }

  ProcessResult run(const std::map<std::string, std::string>& environment = {},
                    const std::vector<std::string>& names = {}) const {
    ProcessOptions options;
    options.environment = {{"PATH", (folder_ / "bin").string() + ":" + std::getenv("PATH")},
                           {"DIGITS_PRESET", "release"}};
    for (const auto& [name, value] : environment) options.environment[name] = value;
    std::vector<std::string> argv{folder_ / "tests/mutants/run.sh"};
    argv.insert(argv.end(), names.begin(), names.end());
    return run_process(argv, options);
  }

  std::string git(const std::string& command) const {
    const auto result = run_process(
        {"sh", "-c",
         "cd " + folder_.path().string() +
             " && git -c user.name=t -c user.email=t@example.org -c init.defaultBranch=main " +
             command});
    EXPECT_EQ(result.status, 0) << result.err;
    return result.out;
  }

  TemporaryDirectory folder_;
};

// Killed: the named test failed. Afterwards the file of the copy is restored.
TEST_F(MutantRunner, PassesWhenAllAreKilled) {
  add("sky_is_red", "Sky.IsBlue");
  const auto result = run();
  EXPECT_EQ(result.status, 0) << result.out << result.err;
  EXPECT_THAT(result.out, testing::ContainsRegex("sky_is_red +killed"));
  EXPECT_EQ(read_file(folder_ / "build/mutants/src/colour.txt"), "blue\n");
}

TEST_F(MutantRunner, FailsWhenOneSurvives) {
  add("sky_is_red", "Sky.IsBlue");
  add("unseen", "Sky.IsThere");
  const auto result = run();
  EXPECT_EQ(result.status, 1);
  EXPECT_THAT(result.out, testing::ContainsRegex("unseen +survived"));
}

// A crash is no failed assertion.
TEST_F(MutantRunner, FailsWhenATestCrashes) {
  add("crashing", "Sky.Crashes");
  const auto result = run();
  EXPECT_EQ(result.status, 1);
  EXPECT_THAT(result.out, testing::ContainsRegex("crashing +crashed"));
}

// A test that hangs tells nothing about the bug.
TEST_F(MutantRunner, FailsWhenATestHangs) {
  add("endless", "Sky.Hangs");
  const auto result = run({{"TEST_SECONDS", "0.2"}});
  EXPECT_EQ(result.status, 1);
  EXPECT_THAT(result.out, testing::ContainsRegex("endless +hung"));
}

// A skipped test proves nothing.
TEST_F(MutantRunner, FailsWhenATestIsSkipped) {
  add("skipping", "Sky.IsSkipped");
  const auto result = run();
  EXPECT_EQ(result.status, 1);
  EXPECT_THAT(result.out, testing::ContainsRegex("skipping +skipped"));
}

// A test that needs a browser is no proof on a machine without one, and its bug is left out. The
// need is an environment variable or a program.
TEST_F(MutantRunner, LeavesOutTestsThatNeedMore) {
  add("sky_is_red", "Sky.IsBlue");
  add("sky_is_dark", "Sky.IsSkipped");
  const auto path = folder_ / "tests/mutants/data/sky_is_dark.patch";
  const auto patch = read_file(path);
  write_file(path, "Needs: SKY_TELESCOPE\n" + patch);
  const auto without = run();
  EXPECT_EQ(without.status, 0) << without.err;
  EXPECT_THAT(without.err, HasSubstr("sky_is_dark is left out: its test needs SKY_TELESCOPE"));
  EXPECT_THAT(without.out, HasSubstr("mutants: 1 killed, 0 not killed"));
  EXPECT_THAT(run({{"SKY_TELESCOPE", "here"}}).out, HasSubstr("1 killed, 1 not killed"));
  write_file(path, "Needs: sky-telescope\n" + patch);
  EXPECT_THAT(run().err, HasSubstr("its test needs sky-telescope"));
  write_program(folder_ / "bin/sky-telescope", "");
  EXPECT_THAT(run().out, HasSubstr("1 killed, 1 not killed"));
}

TEST_F(MutantRunner, FailsWhenAPatchNoLongerApplies) {
  add("old", "Sky.IsBlue", "colour", "green");
  const auto result = run();
  EXPECT_EQ(result.status, 1);
  EXPECT_THAT(result.out, testing::ContainsRegex("old +no patch"));
}

TEST_F(MutantRunner, FailsWhenATestDoesNotExist) {
  add("lost", "Sky.IsGreen");
  const auto result = run();
  EXPECT_EQ(result.status, 1);
  EXPECT_THAT(result.err, HasSubstr("of unit's 1 named tests 0 exist"));
}

// A test that fails on the healthy code says nothing about a bug. With BUDGET the tests that the
// time limit cannot reach are not run.
TEST_F(MutantRunner, FailsWhenATestFailsWithoutABug) {
  write_file(folder_ / "src/colour.txt", "green\n");
  add("sky_is_red", "Sky.IsBlue", "colour", "green");
  const auto result = run();
  EXPECT_EQ(result.status, 1);
  EXPECT_THAT(result.err, HasSubstr("a named test of unit fails without a mutant"));
  EXPECT_THAT(run({{"BUDGET", "4"}}).err, HasSubstr("fails without a mutant"));
  EXPECT_THAT(run({{"BUDGET", "0"}}).out, HasSubstr("1 mutants not tried"));
}

// The script also fails when no mutant was tried: no patch, an unknown name, no time.
TEST_F(MutantRunner, FailsWhenNoMutantIsTried) {
  EXPECT_THAT(run().err, HasSubstr("none to try"));
  EXPECT_THAT(run({}, {"unknown"}).err, HasSubstr("no patch is named unknown"));
  add("sky_is_red", "Sky.IsBlue");
  const auto late = run({{"BUDGET", "0"}});
  EXPECT_EQ(late.status, 1);
  EXPECT_THAT(late.out, HasSubstr("1 mutants not tried"));
}

// Bugs of changed files are tried without regard to the budget. The same holds for bugs whose test
// has changed.
TEST_F(MutantRunner, TriesTheBugsOfChangedFilesFirst) {
  add("sky_is_red", "Sky.IsBlue");
  add("sky_is_small", "Sky.IsLarge", "size", "large", "small");
  write_file(folder_ / "tests/sky_test.cpp", "");
  git("init -q && git add -A src tests");
  git("commit -qm one");
  write_file(folder_ / "src/size.txt", "large\nand wide\n");
  add("sky_is_small", "Sky.IsLarge", "size", "large", "small");
  auto result = run({{"CHANGED_SINCE", "HEAD"}, {"BUDGET", "0"}});
  EXPECT_THAT(result.out, testing::ContainsRegex("sky_is_small +(killed|no patch)"));
  EXPECT_THAT(result.out, HasSubstr("1 mutants not tried"));
  write_file(folder_ / "tests/sky_test.cpp", "TEST(Sky, IsBlue) {}\n");
  result = run({{"CHANGED_SINCE", "HEAD"}, {"BUDGET", "0"}});
  EXPECT_THAT(result.out, testing::ContainsRegex("sky_is_red +killed"));
}

// Two shards together try each mutant once.
TEST_F(MutantRunner, ShardsPartitionTheMutants) {
  for (const char* name : {"a", "b", "c"}) add(name, "Sky.IsBlue");
  EXPECT_THAT(run({{"SHARD", "1/2"}}).out, HasSubstr("mutants: 2 killed"));
  EXPECT_THAT(run({{"SHARD", "2/2"}}).out, HasSubstr("mutants: 1 killed"));
}

}  // namespace
}  // namespace digits
