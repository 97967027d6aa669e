// How OpenMP's threads wait, as the built program starts them.
#include "support/program.h"
#include "support/testing.h"

namespace digits {
namespace {

// The words of `digits --help` and what libgomp says of itself, in an environment that has nothing
// on waiting threads but `variables`.
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

// A person who sets either variable has decided.
TEST(Threads, WaitAsThePersonSays) {
  if (start({}).find("GOMP_SPINCOUNT") == std::string::npos) {
    GTEST_SKIP() << "another OpenMP library";
  }
  EXPECT_THAT(start({"OMP_WAIT_POLICY=active"}), testing::HasSubstr("OMP_WAIT_POLICY = 'ACTIVE'"));
  EXPECT_THAT(start({"GOMP_SPINCOUNT=77"}), testing::HasSubstr("GOMP_SPINCOUNT = '77'"));
}

}  // namespace
}  // namespace digits
