// A tree with one text file as its source, for scripts/course.sh. The bodies of its tests are lines
// of shell, and its test program runs the body of the test that is named.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "base/files.h"
#include "support/program.h"
#include "support/testing.h"

namespace digits {

inline constexpr char kSkyTests[] = R"(// The sky is blue.
TEST(Sky, IsBlue) {
  grep -q blue src/colour.txt
}

// The sky has its own colour.
TEST(Sky, IsThere) {
  test -s src/colour.txt
}
)";

// 134 and 124 are the exit statuses of a crash and of a time limit.
inline constexpr char kSkyProgram[] = R"sh(
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
    const std::filesystem::path root = source_path();
    for (const char* folder : {"scripts", "src", "bin", "tests/mutants/sky",
                               "docs/course/exercises", "course/tree/build/release/tests"}) {
      std::filesystem::create_directories(folder_ / folder);
    }
    for (const char* script :
         {"scripts/course.sh", "scripts/course_copy.sh", "scripts/course_grading.sh",
          "scripts/copy_tree.sh", "tests/mutants/planted_bugs.sh"}) {
      std::filesystem::copy(root / script, folder_ / script);
    }
    write_program(folder_ / "bin/cmake", "! grep -rq 'syntax error' course/tree/tests");
    write_build("course");
    write_file(folder_ / "src/colour.txt", "blue\n");
    write_file(folder_ / "tests/sky_test.cpp", kSkyTests);
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
    std::filesystem::create_directories(build / "tests");
    write_file(build / "build.ninja", "");
    for (const char* name : {"unit", "unit_fast", "unit_torch"}) {
      write_program(build / "tests" / name,
                    "cd " + (folder_ / workspace / "tree").string() + kSkyProgram);
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

}  // namespace digits
