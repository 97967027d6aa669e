// scripts/course.sh, on a tree with one text file as its source. The bodies of its tests are lines
// of shell, and its test program runs the body of the test that is named.
#include <cstdlib>

#include "base/files.h"
#include "support/program.h"
#include "support/testing.h"

namespace digits {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::Not;

constexpr char kTests[] = R"(// The sky is blue.
TEST(Sky, IsBlue) {
  grep -q blue src/colour.txt
}

// The sky has its own colour.
TEST(Sky, IsThere) {
  test -s src/colour.txt
}
)";

// 134 and 124 are the exit statuses of a crash and of a time limit.
constexpr char kProgram[] = R"sh(
test=${1#--gtest_filter=}; [ "$1" = --gtest_list_tests ] && test=${2#--gtest_filter=}
name=${test#*.}
if [ "$1" = --gtest_list_tests ]; then
  grep -q "^TEST(Sky, $name)" tests/sky_test.cpp && echo "  $name"; exit 0
fi
names=$name
[ "$name" != "*" ] || names=$(sed -n 's/^TEST(Sky, \(.*\)) {/\1/p' tests/sky_test.cpp)
for name in $names; do
  body=$(sed -n "/^TEST(Sky, $name)/,/^}/{/^TEST/d;/^}/d;/^ *\/\//d;p}" tests/sky_test.cpp)
  status=0; (eval "$body") || status=$?
  case $status in
    0) ;;
    124 | 134) exit $status ;;
    2) echo "C++ exception with description"; echo "[  FAILED  ] Sky.$name"; exit 1 ;;
    *) echo "the sky was wrong"; echo "[  FAILED  ] Sky.$name"; exit 1 ;;
  esac
done
echo "[  PASSED  ] 1 test.")sh";

class Course : public testing::Test {
 protected:
  Course() {
    const fs::path root = source_path();
    for (const char* folder : {"scripts", "src", "bin", "tests/mutants/sky",
                               "docs/course/exercises", "course/tree/build/release/tests"}) {
      fs::create_directories(folder_ / folder);
    }
    for (const char* script :
         {"scripts/course.sh", "scripts/course_copy.sh", "scripts/course_grading.sh",
          "scripts/copy_tree.sh", "tests/mutants/planted_bugs.sh"}) {
      fs::copy(root / script, folder_ / script);
    }
    write_program(folder_ / "bin/cmake", "! grep -rq 'syntax error' course/tree/tests");
    write_build("course");
    write_file(folder_ / "src/colour.txt", "blue\n");
    write_file(folder_ / "tests/sky_test.cpp", kTests);
    write_bug("sky_is_red", "red");
    write_bug("sky_is_green", "green");
    write_file(folder_ / "docs/course/01_sky.md", "# Lesson 1: the sky\n01a 01b 01c 01d\n");
    write_exercise("01a_red", "Kind: find\nTitle: Red\nBug: sky_is_red\n", "It was red.");
    write_exercise("01b_kill",
                   "Kind: kill\nTitle: Two colours\nBug: sky_is_red\nSibling: sky_is_green\n",
                   "Compare the colour.");
    write_exercise("01c_judge", "Kind: judge\nTitle: Dark blue\nVerdict: equivalent\n",
                   "The test sees blue in dark blue.", "Points:\n  dark blue\n  sees|finds\n");
    write_file(folder_ / "docs/course/exercises/01c_judge.patch", patch_to("dark blue"));
  }

  void SetUp() override {
    const auto found = run_process({"sh", "-c", "command -v patch && command -v git"});
    if (found.status != 0) GTEST_SKIP() << "no patch or no git to prepare exercises with";
  }

  static std::string patch_to(const std::string& colour) {
    return "What: " + colour +
           "\nTest: unit Sky.IsBlue\n--- a/src/colour.txt\n+++ b/src/colour.txt\n" +
           "@@ -1 +1 @@\n-blue\n+" + colour + "\n";
  }
  void write_bug(const std::string& name, const std::string& colour) const {
    write_file(folder_ / "tests/mutants/sky" / (name + ".patch"), patch_to(colour));
  }
  void write_exercise(const std::string& name, const std::string& headers,
                      const std::string& answer, const std::string& more = "") const {
    write_file(folder_ / "docs/course/exercises" / (name + ".txt"),
               headers + "Task:\n  Look at the sky.\nHint:\n  Look up.\nHint:\n  Look again.\n" +
                   more + "Answer:\n  " + answer + "\n");
  }
  void write_build(const std::string& workspace) const {
    const auto build = folder_ / workspace / "tree/build/release";
    fs::create_directories(build / "tests");
    write_file(build / "build.ninja", "");
    for (const char* name : {"unit", "unit_fast", "unit_torch"}) {
      write_program(build / "tests" / name,
                    "cd " + (folder_ / workspace / "tree").string() + kProgram);
    }
  }

  ProcessResult run(std::vector<std::string> arguments) const {
    ProcessOptions options;
    options.environment = environment_;
    options.environment["PATH"] = (folder_ / "bin").string() + ":" + std::getenv("PATH");
    options.environment["DIGITS_PRESET"] = "release";
    arguments.insert(arguments.begin(), folder_ / "scripts/course.sh");
    return run_process(arguments, options);
  }
  // Writes a file of the learner's copy.
  void write(const std::string& name, const std::string& text) const {
    write_file(folder_ / "course/tree" / name, text);
  }
  // Writes the body of the withheld test, and grades it.
  ProcessResult check_test(const std::string& body) const {
    write("tests/sky_test.cpp", "TEST(Sky, IsBlue) {\n  " + body + "\n}\n");
    return run({"check"});
  }
  ProcessResult check_answer(const std::string& text) const {
    write("answer.txt", text);
    return run({"check"});
  }

  TemporaryDirectory folder_;
  std::map<std::string, std::string> environment_;
};

// The learner's tree never changes, and the test is red until the source is mended.
TEST_F(Course, FindIsSolvedByMendingTheSource) {
  const auto started = run({"start", "1a"});
  EXPECT_EQ(started.status, 0) << started.err;
  EXPECT_THAT(started.out, HasSubstr("the sky was wrong"));
  EXPECT_EQ(read_file(folder_ / "src/colour.txt"), "blue\n");
  EXPECT_EQ(run({"check"}).status, 1);
  write("src/colour.txt", "light blue\n");
  const auto solved = run({"check"});
  EXPECT_EQ(solved.status, 0) << solved.out << solved.err;
  EXPECT_THAT(solved.out, HasSubstr("Next: scripts/course.sh start 01b_kill"));
  EXPECT_THAT(run({"progress"}).out, testing::ContainsRegex("find +1 of 1"));
}

TEST_F(Course, FindRejectsAChangedTest) {
  run({"start", "01a"});
  write("tests/sky_test.cpp", "TEST(Sky, IsBlue) {\n}\n");
  const auto result = run({"check"});
  EXPECT_EQ(result.status, 1);
  EXPECT_THAT(result.out, HasSubstr("these files must stay as they are: tests/sky_test.cpp"));
}

// A source that mends one test must not break another of the program.
TEST_F(Course, FindRunsTheRestOfTheProgram) {
  write_file(
      folder_ / "tests/sky_test.cpp",
      std::string(kTests) + "TEST(Sky, IsShort) {\n  test $(wc -c < src/colour.txt) -lt 9\n}\n");
  run({"start", "01a"});
  write("src/colour.txt", "blue all over\n");
  const auto result = run({"check"});
  EXPECT_EQ(result.status, 1);
  EXPECT_THAT(result.out, HasSubstr("Another test of unit fails now"));
}

TEST_F(Course, KillIsSolvedByATestThatDetectsBothBugs) {
  const auto started = run({"start", "01b"});
  EXPECT_EQ(started.status, 0) << started.err;
  const auto withheld = read_file(folder_ / "course/tree/tests/sky_test.cpp");
  EXPECT_THAT(withheld,
              HasSubstr("// The sky is blue.\nTEST(Sky, IsBlue) {\n  // Write this test.\n}"));
  EXPECT_THAT(withheld, HasSubstr("test -s src/colour.txt"));
  EXPECT_THAT(run({"check"}).out, HasSubstr("passes with the planted bug"));
  const auto solved = check_test("grep -q blue src/colour.txt");
  EXPECT_EQ(solved.status, 0) << solved.out << solved.err;
  EXPECT_EQ(read_file(folder_ / "course/tree/src/colour.txt"), "blue\n");
}

// Each wrong test is refused with its reason.
TEST_F(Course, KillRejectsWrongTests) {
  run({"start", "01b"});
  const std::pair<const char*, const char*> cases[] = {
      {"true", "passes with the planted bug"},
      {"grep -q green src/colour.txt", "fails on the healthy code"},
      {"grep -q blue src/colour.txt || exit 134", "With the planted bug the test crashes"},
      {"grep -q blue src/colour.txt || exit 124", "did not end within a minute"},
      {"grep -q blue src/colour.txt || exit 2", "ends by an exception"},
      {"! grep -q red src/colour.txt", "passes with a second bug of the same kind"},
      {"sleep 0; grep -q blue src/colour.txt", "must not depend on time"},
      {"grep -q blue $(source_path src/colour.txt)", "must not depend on time"},
  };
  for (const auto& [body, reason] : cases) {
    const auto result = check_test(body);
    EXPECT_EQ(result.status, 1) << body;
    EXPECT_THAT(result.out, HasSubstr(reason)) << body;
  }
  write("tests/sky_test.cpp", "TEST(Sky, Other) {\n}\n");
  EXPECT_THAT(run({"check"}).out, HasSubstr("does not exist any more"));
  check_test("syntax error");
  EXPECT_EQ(run({"check"}).status, 3);
  write("src/colour.txt", "blue and white\n");
  EXPECT_THAT(run({"check"}).out, HasSubstr("these changed too: src/colour.txt"));
}

// A test that counts its runs is green on the healthy code at first, and red whenever it runs
// later.
TEST_F(Course, KillRejectsATestThatRemembersItsRuns) {
  run({"start", "01b"});
  const auto result = check_test("echo x >> " + (folder_ / "runs").string() + "; test $(wc -l < " +
                                 (folder_ / "runs").string() + ") -le 3");
  EXPECT_EQ(result.status, 1);
  EXPECT_THAT(result.out, HasSubstr("fails on the healthy code when it runs again"));
}

// A check that was interrupted has left its bug in the copy: the next one removes it.
TEST_F(Course, RemovesTheBugOfAnInterruptedCheck) {
  run({"start", "01b"});
  write("src/colour.txt", "red\n");
  write_file(folder_ / "course/planted", patch_to("red"));
  EXPECT_EQ(check_test("grep -q blue src/colour.txt").status, 0);
  EXPECT_EQ(read_file(folder_ / "course/tree/src/colour.txt"), "blue\n");
}

// The learner's own settings of git do not matter.
TEST_F(Course, IgnoresTheConfigurationOfGit) {
  write_file(folder_ / "home.gitconfig",
             "[diff]\nnoprefix = true\n[color]\nui = always\n[commit]\ngpgsign = true\n");
  environment_["GIT_CONFIG_GLOBAL"] = folder_ / "home.gitconfig";
  EXPECT_EQ(run({"start", "01a"}).status, 0);
  write("src/colour.txt", "blue again\n");
  run({"start", "01b"});
  run({"start", "01a"});
  EXPECT_EQ(read_file(folder_ / "course/tree/src/colour.txt"), "blue again\n");
}

// The project changed where the learner did: the work is kept as a patch.
TEST_F(Course, KeepsWorkThatNoLongerApplies) {
  run({"start", "01b"});
  check_test("grep -q blue src/colour.txt");
  write_file(folder_ / "tests/sky_test.cpp", "// Another file.\n" + std::string(kTests).substr(20));
  run({"start", "01a"});
  EXPECT_THAT(run({"start", "01b"}).err, HasSubstr("01b_kill.patch.rejected"));
  EXPECT_THAT(read_file(folder_ / "course/work/01b_kill.patch.rejected"),
              HasSubstr("grep -q blue"));
}

TEST_F(Course, JudgeComparesVerdictAndReason) {
  EXPECT_THAT(run({"start", "1c"}).out, HasSubstr("+dark blue"));
  EXPECT_THAT(run({"check"}).out, HasSubstr("no verdict yet"));
  EXPECT_THAT(check_answer("Verdict: bug\nReason: dark blue is seen\n").out,
              HasSubstr("verdict is not right"));
  EXPECT_THAT(check_answer("Verdict: equivalent\nReason: dark blue is blue\n").out,
              HasSubstr("misses 1 of 2 key points"));
  EXPECT_EQ(
      check_answer("Verdict: Equivalent\nReason: the test finds\nthe word in Dark Blue\n").status,
      0);
}

// A learner who starts at a later lesson continues there; earlier exercises come at the end.
TEST_F(Course, NamesTheNextExerciseInOrder) {
  run({"start", "01b"});
  EXPECT_THAT(check_test("grep -q blue src/colour.txt").out,
              HasSubstr("Next: scripts/course.sh start 01c_judge"));
  run({"start", "01c"});
  EXPECT_THAT(check_answer("Verdict: equivalent\nReason: it sees dark blue\n").out,
              HasSubstr("Next: scripts/course.sh start 01a_red"));
}

// A bug may be proved by a test in place of a reason.
TEST_F(Course, JudgeRunsTheNamedTest) {
  write_exercise("01c_judge", "Kind: judge\nTitle: Grey\nVerdict: bug\nTest: unit Sky.IsBlue\n",
                 "Grey is another colour.", "Points:\n  grey\n");
  write_file(folder_ / "docs/course/exercises/01c_judge.patch", patch_to("grey"));
  run({"start", "1c"});
  EXPECT_THAT(check_answer("Verdict: bug\nTest: unit Sky.IsThere\n").out,
              HasSubstr("passes with the change"));
  EXPECT_THAT(check_answer("Verdict: bug\nTest: unit Sky.IsPink\n").out,
              HasSubstr("no test Sky.IsPink"));
  EXPECT_EQ(check_answer("Verdict: bug\nTest: unit Sky.IsBlue\n").status, 0);
}

TEST_F(Course, KeepsTheWorkOnEachExercise) {
  run({"start", "01a"});
  write("src/colour.txt", "blue again\n");
  run({"start", "01b"});
  EXPECT_EQ(read_file(folder_ / "course/tree/src/colour.txt"), "blue\n");
  run({"start", "01a"});
  EXPECT_EQ(read_file(folder_ / "course/tree/src/colour.txt"), "blue again\n");
  run({"reset"});
  EXPECT_EQ(read_file(folder_ / "course/tree/src/colour.txt"), "red\n");
}

// The project has changed: the solved exercise no longer holds.
TEST_F(Course, CheckOfAllUnmarksWhatNoLongerHolds) {
  EXPECT_EQ(run({"check", "--all"}).status, 1);  // nothing is marked
  run({"start", "01b"});
  ASSERT_EQ(check_test("grep -q blue src/colour.txt").status, 0);
  EXPECT_EQ(run({"check", "--all"}).status, 0);
  EXPECT_THAT(run({"progress"}).out, testing::ContainsRegex("kill +1 of 1"));
  write_bug("sky_is_green", "blue-green");  // the learner's test does not detect this sibling
  const auto result = run({"check", "--all"});
  EXPECT_EQ(result.status, 1);
  EXPECT_THAT(result.out,
              HasSubstr("01b_kill  holds no longer: Your test passes with a second bug"));
  EXPECT_THAT(run({"progress"}).out, testing::ContainsRegex("kill +0 of 1"));
}

TEST_F(Course, GivesHintsInOrderThenASolution) {
  run({"start", "01a"});
  EXPECT_EQ(run({"hint"}).out, "Look up.\n");
  EXPECT_EQ(run({"hint"}).out, "Look again.\n");
  EXPECT_THAT(run({"hint"}).out, HasSubstr("no more hints"));
  const auto solution = run({"solution"}).out;
  EXPECT_THAT(solution, HasSubstr("-red\n+blue\n"));
  EXPECT_THAT(solution, HasSubstr("It was red."));
}

// Exercises about an extra that was deleted are left out.
TEST_F(Course, LeavesOutExercisesWithoutTheirBug) {
  write_exercise("01d_gone", "Kind: find\nTitle: Gone\nBug: server_is_gone\n", "Gone.");
  const auto list = run({"list"}).out;
  EXPECT_THAT(list, HasSubstr("Lesson 1: the sky"));
  EXPECT_THAT(list, Not(HasSubstr("Gone")));
  EXPECT_THAT(list, HasSubstr("1 exercises need an extra"));
  EXPECT_EQ(run({"start", "01d"}).status, 2);
}

TEST_F(Course, NamesTheMistakeOfAUser) {
  for (const char* command : {"check", "hint", "solution", "reset"}) {
    const auto result = run({command});
    EXPECT_EQ(result.status, 2) << command;
    EXPECT_EQ(result.out, "") << command;
    EXPECT_THAT(result.err, HasSubstr("no exercise was started")) << command;
  }
  EXPECT_THAT(run({"start", "77"}).err, HasSubstr("no exercise \"77\""));
  EXPECT_THAT(run({"strat"}).err, HasSubstr("no command \"strat\""));
  EXPECT_EQ(run({"strat"}).status, 2);
  EXPECT_THAT(run({}).out, HasSubstr("scripts/course.sh start [ID]"));
}

// The authors' check holds, and a learner's work is not touched.
TEST_F(Course, VerifyAcceptsASoundCourse) {
  write_build("build/course");
  const auto result = run({"verify"});
  EXPECT_EQ(result.status, 0) << result.out << result.err;
  EXPECT_THAT(result.out, HasSubstr("exercises: find 1, kill 1, judge 1 hold, 0 fail"));
  EXPECT_FALSE(fs::exists(folder_ / "course/present"));
}

TEST_F(Course, VerifyRejectsExercisesThatProveNothing) {
  write_build("build/course");
  write_bug("sky_is_red", "blue and red");  // no test sees it: 01a starts solved, 01b cannot be
  write_file(folder_ / "docs/course/exercises/01c_judge.patch", patch_to("grey"));
  auto result = run({"verify"});
  EXPECT_EQ(result.status, 1);
  EXPECT_THAT(result.out, HasSubstr("before the solution the grade is 0, expected 1"));
  EXPECT_THAT(result.out, HasSubstr("its solution does not pass"));
  EXPECT_THAT(result.out, HasSubstr("the change is not equivalent"));
  EXPECT_THAT(result.out, HasSubstr("judge 0 hold, 3 fail"));
  write_exercise("01c_judge", "Kind: judge\nTitle: Dark blue\nVerdict: equivalent\n",
                 "Look, a sky.", "Points:\n  look\n  sky\n");
  EXPECT_THAT(run({"verify", "1a"}).out, HasSubstr("this has all its points: Look at the sky."));
  write_file(folder_ / "docs/course/01_sky.md", "# Lesson 1: the sky\n");
  EXPECT_THAT(run({"verify", "1a"}).out, HasSubstr("lesson 01 does not name it"));
  fs::remove_all(folder_ / "docs/course/exercises");
  EXPECT_EQ(run({"verify"}).status, 1);  // no exercise at all
}

}  // namespace
}  // namespace digits
