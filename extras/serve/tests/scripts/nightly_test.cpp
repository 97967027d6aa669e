// The rounds under load in the nightly workflow, as far as they can be checked without a runner.
#include <filesystem>
#include <regex>
#include <sstream>
#include <string>

#include "base/files.h"
#include "support/program.h"
#include "support/testing.h"

namespace digits {
namespace {

// Thirteen rounds change the model at least 50 times and stop a server at least ten times. A filter
// that names no test would pass without one.
TEST(NightlyLoad, RepeatsExistingTests) {
  const auto workflow = read_file(source_path(".github/workflows/nightly.yml"));
  const std::regex step(
      "serve_integration --gtest_repeat=([0-9]+)\\s+--gtest_filter=([A-Za-z.:]+)");
  std::smatch match;
  ASSERT_TRUE(std::regex_search(workflow, match, step));
  EXPECT_GE(std::stoi(match[1].str()), 13);
  std::string tests;
  for (const auto& file :
       std::filesystem::directory_iterator(source_path("extras/serve/tests/integration"))) {
    if (file.path().extension() == ".cpp") tests += read_file(file.path());
  }
  std::istringstream names(match[2].str());
  int count = 0;
  for (std::string name; std::getline(names, name, ':'); ++count) {
    const auto dot = name.find('.');
    const auto test = "TEST(" + name.substr(0, dot) + ", " + name.substr(dot + 1) + ")";
    EXPECT_THAT(tests, testing::HasSubstr(test));
  }
  EXPECT_EQ(count, 2);
}

}  // namespace
}  // namespace digits
