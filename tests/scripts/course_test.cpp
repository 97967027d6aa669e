// scripts/course.sh: what it keeps, what it prints, and which exercise is next.
#include <gmock/gmock.h>

#include <string>

#include "base/files.h"
#include "scripts/course_fixture.h"

namespace digits {
namespace {

using testing::HasSubstr;
using testing::Not;

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
  write_file(folder_ / "tests/sky_test.cpp",
             "// Another file.\n" + std::string(kSkyTests).substr(20));
  run({"start", "01a"});
  EXPECT_THAT(run({"start", "01b"}).err, HasSubstr("01b_kill.patch.rejected"));
  EXPECT_THAT(read_file(folder_ / "course/work/01b_kill.patch.rejected"),
              HasSubstr("grep -q blue"));
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

}  // namespace
}  // namespace digits
