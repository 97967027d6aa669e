// The workflows under .github, as far as they can be checked without a runner.
#include <regex>
#include <sstream>

#include "base/files.h"
#include "support/program.h"
#include "support/testing.h"

namespace digits {
namespace {

// They set the compiler cache as CMake's launcher. A job that builds before it has
// installed the cache fails at its first file.
TEST(Workflows, InstallTheCompilerCacheBeforeTheyBuild) {
  const std::regex builds("(build|test|run|without_extras|random_mutants|course)\\.sh|cmake --");
  int jobs = 0;
  for (const char* name : {"ci.yml", "nightly.yml"}) {
    std::istringstream lines(read_file(source_path(std::string(".github/workflows/") + name)));
    bool has_cache = false;
    for (std::string line; std::getline(lines, line);) {
      if (std::regex_match(line, std::regex("  [a-z_]+:.*"))) has_cache = false;  // the next job
      if (line.find("setup.sh ccache") != std::string::npos) {
        has_cache = true;
        ++jobs;
      }
      if (std::regex_match(line, std::regex(" *(#|job:).*")) || !std::regex_search(line, builds))
        continue;
      EXPECT_TRUE(has_cache || line.find("env -u CMAKE_CXX_COMPILER_LAUNCHER") != std::string::npos)
          << name << ": " << line;
    }
  }
  EXPECT_GE(jobs, 5);
}

}  // namespace
}  // namespace digits
