// How OpenMP's threads wait, as the built program starts them.
#include "support/program.h"
#include "support/testing.h"

namespace digits {
namespace {

// What libgomp says of itself when `digits --help` starts in an environment that has nothing on
// waiting threads but `variables`.
std::string start(std::vector<std::string> variables) {
  std::vector<std::string> argv{
      "env", "-u", "OMP_WAIT_POLICY", "-u", "GOMP_SPINCOUNT", "OMP_DISPLAY_ENV=verbose"};
  argv.insert(argv.end(), variables.begin(), variables.end());
  argv.insert(argv.end(), {program_path(), "--help"});
  const auto result = run_process(argv);
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_THAT(result.out, testing::HasSubstr("Usage: digits <command>"));
  return result.err;
}

// Threads that spin take the cores of other processes, and of this one's threads that work. libgomp
// tells how often a waiting thread looks before it sleeps: never.
TEST(Threads, WaitPassively) {
  const auto told = start({});
  if (told.find("GOMP_SPINCOUNT") == std::string::npos) GTEST_SKIP() << "another OpenMP library";
  EXPECT_THAT(told, testing::HasSubstr("OMP_WAIT_POLICY = 'PASSIVE'"));
  EXPECT_THAT(told, testing::HasSubstr("GOMP_SPINCOUNT = '0'"));
}

// A variable that the person sets stays.
TEST(Threads, WaitAsTheUserSets) {
  if (start({}).find("GOMP_SPINCOUNT") == std::string::npos) {
    GTEST_SKIP() << "another OpenMP library";
  }
  EXPECT_THAT(start({"OMP_WAIT_POLICY=active"}), testing::HasSubstr("OMP_WAIT_POLICY = 'ACTIVE'"));
  EXPECT_THAT(start({"GOMP_SPINCOUNT=77"}), testing::HasSubstr("GOMP_SPINCOUNT = '77'"));
}

// OpenBLAS has no way to show its settings, so this shows that it is given them: `digits doctor`
// lists the variables that the program runs with.
TEST(Threads, OfOpenBlasSleepByDefault) {
  const auto timeout = [](const std::vector<std::string>& variables) {
    std::vector<std::string> argv{"env", "-u", "OMP_WAIT_POLICY", "-u", "OPENBLAS_THREAD_TIMEOUT"};
    argv.insert(argv.end(), variables.begin(), variables.end());
    argv.insert(argv.end(), {program_path(), "doctor", "--json"});
    return Json::parse(run_process(argv).out)
        .at("machine")
        .at("environment")
        .at("OPENBLAS_THREAD_TIMEOUT");
  };
  EXPECT_EQ(timeout({}), "4");
  EXPECT_EQ(timeout({"OPENBLAS_THREAD_TIMEOUT=20"}), "20");
}

}  // namespace
}  // namespace digits
