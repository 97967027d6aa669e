// scripts/test.sh, on a tree with shell scripts as test programs.
#include <regex>

#include "base/files.h"
#include "support/program.h"
#include "support/testing.h"

namespace digits {
namespace {

namespace fs = std::filesystem;

// A folder with the script. Nothing needs to be set up or built.
class TestScript : public testing::Test {
 protected:
  TestScript() {
    fs::create_directories(folder_ / "scripts");
    fs::create_directories(folder_ / "build/release");
    fs::copy(source_path("scripts/test.sh"), folder_ / "scripts");
    for (const char* name : {"scripts/setup.sh", "scripts/build.sh"})
      write_program(folder_ / name, "");
  }

  // Adds a test program to a tier.
  void add(const std::string& tier, const std::string& shell) {
    programs_ += "add_test(" + tier + " sh -c [=[" + shell + "]=])\nset_tests_properties(" + tier +
                 " PROPERTIES LABELS " + tier + ")\n";
    write_file(folder_ / "build/release/CTestTestfile.cmake", programs_);
  }

  ProcessResult run(const std::map<std::string, std::string>& environment = {},
                    const std::vector<std::string>& tiers = {}) const {
    ProcessOptions options;
    options.environment = {{"CI", ""}, {"DIGITS_BUDGET_FACTOR", "1"}, {"DIGITS_PRESET", "release"}};
    for (const auto& [name, value] : environment) options.environment[name] = value;
    std::vector<std::string> argv{folder_ / "scripts/test.sh"};
    argv.insert(argv.end(), tiers.begin(), tiers.end());
    return run_process(argv, options);
  }

  TemporaryDirectory folder_;

 private:
  std::string programs_;
};

// The script prints no output of programs that pass, and all output of a program that fails.
TEST_F(TestScript, ShowsTheOutputOfFailedProgramsOnly) {
  add("unit", "echo chatter");
  add("integration", "echo cause; exit 1");
  add("smoke", "echo never run");
  const auto result = run();
  EXPECT_EQ(result.status, 1);
  EXPECT_THAT(result.out, testing::Not(testing::HasSubstr("chatter")));
  EXPECT_THAT(result.out, testing::HasSubstr("cause\n"));
  EXPECT_THAT(result.out, testing::ContainsRegex("\nunit .* passed\nintegration .* failed\n$"));
}

// Who asks for one tier does not wait for the build of the others. The build has the caller's
// language, by which a compiler cache finds what was built before.
TEST_F(TestScript, BuildsAndRunsTheNamedTiers) {
  add("unit", "true");
  add("integration", "echo never run; exit 1");
  add("smoke", "true");
  write_program(folder_ / "scripts/build.sh", "echo build \"$@\" in $LC_ALL");
  const auto result = run({{"LC_ALL", "C.UTF-8"}}, {"smoke", "unit"});
  EXPECT_EQ(result.status, 0);
  EXPECT_THAT(result.out, testing::HasSubstr("build release tier_unit tier_smoke in C.UTF-8\n"));
  EXPECT_THAT(run({}, {"unity"}).err, testing::HasSubstr("no tier \"unity\""));
}

// A tier over its budget is named, with its eight most expensive tests of any number. Only with
// CI=true it fails and ends the script.
TEST_F(TestScript, FailsOverBudgetInCi) {
  const std::string test = R"(<testcase name="&" classname="T"> name="cpu_ms" value="&000")";
  add("unit", "seq 9000 | sed 's|.*|" + test + "|' > ${GTEST_OUTPUT#xml:}many.xml");
  for (const char* tier : {"integration", "smoke", "scripts"}) add(tier, "true");
  const auto warned = run({{"DIGITS_BUDGET_FACTOR", "0"}});
  EXPECT_EQ(warned.status, 0) << warned.out << warned.err;
  EXPECT_THAT(warned.out, testing::HasSubstr("WARNING: unit is OVER BUDGET: "));
  EXPECT_THAT(warned.out, testing::ContainsRegex("  9000.0  T.9000.*\n  8999.0  T.8999"));
  EXPECT_THAT(warned.out, testing::HasSubstr("  8993.0  T.8993"));
  EXPECT_THAT(warned.out, testing::Not(testing::HasSubstr("  8992.0  T.8992")));
  EXPECT_THAT(warned.out, testing::ContainsRegex("\nscripts .* OVER BUDGET\n$"));
  const auto failed = run({{"DIGITS_BUDGET_FACTOR", "0"}, {"CI", "true"}});
  EXPECT_EQ(failed.status, 1);
  EXPECT_THAT(failed.out, testing::ContainsRegex("\nunit .* OVER BUDGET\n$"));
  EXPECT_EQ(run({{"CI", "true"}}).status, 0);
}

// The CPU time of a killed grandchild counts. The time that a program sleeps does not count.
TEST_F(TestScript, CountsCpuSecondsOfAllProcesses) {
  add("unit",
      "sh -c 'i=0; while [ $i -lt 1000000 ]; do i=$((i + 1)); done; kill -KILL $$'; sleep 2; true");
  add("integration", "true");
  add("smoke", "true");
  add("scripts", "true");
  const auto result = run();
  ASSERT_EQ(result.status, 0) << result.out << result.err;
  const std::regex row("\nunit +[0-9]+ +[0-9]+ +[0-9]+ +([0-9.]+) +20 +([0-9.]+)  passed");
  std::smatch seconds;
  ASSERT_TRUE(std::regex_search(result.out, seconds, row)) << result.out;
  EXPECT_GE(std::stod(seconds[1]),
            0.2);  // a million rounds of the loop take 2 to 5 times that
  EXPECT_GE(std::stod(seconds[2]) - std::stod(seconds[1]), 1.0);
}

// Budgets grow with the CPU seconds that a start takes on this machine, whatever else it waits for,
// and they do not shrink. 200,000 rounds of the loop take 0.04 seconds at least.
TEST(BudgetFactor, FollowsTheCpuSecondsOfAStart) {
  const TemporaryDirectory folder;
  const auto factor_of = [&](const std::string& shell) {
    write_program(folder / "program", shell);
    const auto result =
        run_process({source_path("scripts/budget_factor.sh"), folder / "program", "0.02"});
    EXPECT_EQ(result.status, 0) << result.err;
    return std::stoi(result.out);
  };
  EXPECT_GE(factor_of("i=0; while [ $i -lt 200000 ]; do i=$((i + 1)); done"), 4);
  EXPECT_LT(factor_of("sleep 1"), 50);
  EXPECT_EQ(std::stoi(run_process({source_path("scripts/budget_factor.sh"), "true", "100"}).out),
            2);
}

}  // namespace
}  // namespace digits
