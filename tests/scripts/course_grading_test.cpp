// The grading of scripts/course.sh: which solution is accepted, and why another one is not.
#include <gmock/gmock.h>

#include <filesystem>
#include <string>
#include <utility>

#include "base/files.h"
#include "scripts/course_fixture.h"

namespace digits {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

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
      std::string(kSkyTests) + "TEST(Sky, IsShort) {\n  test $(wc -c < src/colour.txt) -lt 9\n}\n");
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
