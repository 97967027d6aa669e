// scripts/random_mutants.sh, on a tree with one source, and shell scripts as cmake and ctest.
#include <cstdlib>

#include "base/files.h"
#include "support/program.h"
#include "support/testing.h"

namespace digits {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class RandomMutants : public testing::Test {
 protected:
  RandomMutants() {
    for (const char* folder : {"scripts", "src", "bin", "tests/mutants"}) {
      fs::create_directories(folder_ / folder);
    }
    for (const char* script : {"random_mutants.sh", "random_mutations.py", "copy_tree.sh"}) {
      fs::copy(fs::path(source_path("scripts")) / script, folder_ / "scripts");
    }
    write_file(folder_ / "src/sky.cpp",
               "int colour(int x) {\n"
               "  const int limit = 3;  // 9 == 9 in a comment\n"
               "  log_info(\"1 == 2\");\n"
               "  return x < limit && x != 7 ? \"4 == 4\" : x - 1;\n"
               "}\n");
    write_program(folder_ / "bin/cmake", "");
    // Both tiers have one program. The unit tier compares the limit; the integration tier, the
    // sign.
    write_program(folder_ / "bin/ctest", R"(
case "$*" in
  *-N*unit*) echo "  Test #1: unit" ;;
  *-N*integration*) echo "  Test #2: integration" ;;
  *unit*) grep -q 'limit = 3' src/sky.cpp ;;
  *integration*) grep -q 'x - 1' src/sky.cpp ;;
esac)");
  }

  void SetUp() override {
    const auto found = run_process({"sh", "-c", "command -v patch && command -v python3"});
    if (found.status != 0) GTEST_SKIP() << "no patch or no python3 to draw mutations with";
  }

  ProcessResult run(const std::vector<std::string>& words, const std::string& least = "0") const {
    ProcessOptions options;
    options.environment = {{"PATH", (folder_ / "bin").string() + ":" + std::getenv("PATH")},
                           {"DIGITS_PRESET", "release"},
                           {"MIN_RATE", least}};
    std::vector<std::string> argv{folder_ / "scripts/random_mutants.sh"};
    argv.insert(argv.end(), words.begin(), words.end());
    return run_process(argv, options);
  }

  // Writes all mutations of the source, and returns their changed lines.
  std::vector<std::string> all_mutations(const std::string& folder) const {
    fs::create_directories(folder_ / folder);
    ProcessOptions options;
    options.directory = folder_.path();
    EXPECT_EQ(
        run_process({"python3", "scripts/random_mutations.py", "60", "1", folder}, options).status,
        0);
    std::vector<std::string> changes;
    for (const auto& file : fs::directory_iterator(folder_ / folder)) {
      const auto text = read_file(file.path());
      changes.push_back(text.substr(text.find("\n-  ")));
    }
    return changes;
  }

  TemporaryDirectory folder_;
};

// Each operator changes code, and none changes a string, a comment or a log line.
TEST_F(RandomMutants, ChangeCodeAlone) {
  const auto changes = all_mutations("all");
  EXPECT_THAT(changes, testing::Contains(HasSubstr("+  const int limit = 4;  // 9 == 9")));
  EXPECT_THAT(changes, testing::Contains(HasSubstr("+  return x <= limit && x != 7")));
  EXPECT_THAT(changes, testing::Contains(HasSubstr("+  return x < limit || x != 7")));
  EXPECT_THAT(changes, testing::Contains(HasSubstr("+  return x < limit && x == 7")));
  EXPECT_THAT(changes, testing::Contains(HasSubstr(": x + 1;")));
  EXPECT_THAT(changes, testing::Contains(HasSubstr("+  return {};")));
  for (const auto& change : changes) {
    EXPECT_THAT(change, testing::Not(HasSubstr("+  log_info"))) << change;
    EXPECT_THAT(change, testing::Not(testing::ContainsRegex("9 != 9|4 != 4"))) << change;
  }
}

// A listed mutation is not drawn again; the others are.
TEST_F(RandomMutants, LeaveOutTheListed) {
  const auto before = all_mutations("before").size();
  write_file(folder_ / "tests/mutants/equivalent.txt",
             "src/sky.cpp\n- const int limit = 3;  // 9 == 9 in a comment\n"
             "+ const int limit = 4;  // 9 == 9 in a comment\nNobody reads the limit.\n");
  const auto after = all_mutations("after");
  EXPECT_EQ(after.size() + 1, before);
  EXPECT_THAT(after, testing::Not(testing::Contains(HasSubstr("+  const int limit = 4"))));
}

// The outcomes add up, each survivor is kept as a patch, and a rate below the bound is a failure.
TEST_F(RandomMutants, CountOutcomes) {
  const auto result = run({"8", "1"});
  EXPECT_EQ(result.status, 0) << result.out << result.err;
  EXPECT_THAT(result.out, HasSubstr("random mutants: 8, killed by unit "));
  EXPECT_THAT(result.out, HasSubstr("n = 8, seed 1"));
  const auto survivors = folder_ / "build/random_mutants/survivors";
  std::ptrdiff_t kept = 0;
  for (const auto& file : fs::directory_iterator(survivors)) {
    kept += file.path().extension() == ".patch" ? 1 : 0;
  }
  EXPECT_THAT(result.out, HasSubstr("survived " + std::to_string(kept)));
  EXPECT_GT(kept, 0);
  EXPECT_EQ(run({"8", "1"}, "100").status, 1);
  EXPECT_EQ(run({"1000", "1"}).status, 1);  // so many do not exist
  EXPECT_EQ(run({"8"}).status, 2);
}

}  // namespace
}  // namespace digits
