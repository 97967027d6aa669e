// The waiting mode of OpenMP's threads in the built program.
#include "support/program.h"
#include "support/testing.h"

namespace digits {
namespace {

// The settings that libgomp prints when `digits --help` starts in an environment with only these
// `variables` about waiting threads.
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

// Spinning threads take the cores of other processes and of this process's working threads. libgomp
// prints how often a waiting thread polls before it sleeps: never.
TEST(Threads, WaitPassively) {
  const auto told = start({});
  if (told.find("GOMP_SPINCOUNT") == std::string::npos) GTEST_SKIP() << "another OpenMP library";
  EXPECT_THAT(told, testing::HasSubstr("OMP_WAIT_POLICY = 'PASSIVE'"));
  EXPECT_THAT(told, testing::HasSubstr("GOMP_SPINCOUNT = '0'"));
}

// A variable set by the user stays.
TEST(Threads, WaitAsTheUserSets) {
  if (start({}).find("GOMP_SPINCOUNT") == std::string::npos) {
    GTEST_SKIP() << "another OpenMP library";
  }
  EXPECT_THAT(start({"OMP_WAIT_POLICY=active"}), testing::HasSubstr("OMP_WAIT_POLICY = 'ACTIVE'"));
  EXPECT_THAT(start({"GOMP_SPINCOUNT=77"}), testing::HasSubstr("GOMP_SPINCOUNT = '77'"));
}

// OpenBLAS cannot print its settings, so the test checks its environment: `digits doctor` lists the
// variables of the program.
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
