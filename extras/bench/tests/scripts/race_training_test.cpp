// bench/race_training.sh, with stand-ins for the slow programs.
#include "base/files.h"
#include "support/program.h"
#include "support/testing.h"

namespace digits {
namespace {

// The race against another program, here one that needs no time. The programs take turns to begin,
// and the ratio is that of the medians. Our part is trained once, for one epoch, and its result is
// repeated.
TEST(Race, PrintsTheRatioOfMedians) {
  const TemporaryDirectory folder;
  write_file(folder / "reference.sh",
             "echo \"$@\" >> \"$CALLS\"\n"
             "echo reference n=1 seconds median 40.00 min 40.00 accuracy mean 98.50\n");
  write_program(folder / "digits",
                "[ -s \"$KEPT\" ] || \"$PROGRAM\" \"$@\" --epochs 1 > \"$KEPT\"\ncat \"$KEPT\"\n");
  ProcessOptions options;
  options.environment = {{"DIGITS", folder / "digits"},
                         {"PROGRAM", program_path()},
                         {"KEPT", folder / "kept"},
                         {"PYTHON", "bash"},
                         {"THREADS", "1"},
                         {"CALLS", folder / "calls"}};
  const auto race = [&](const std::string& seeds, const std::string& rounds) {
    return run_process({"bash", source_path("bench/race_training.sh"), folder / "reference.sh",
                        fixtures() / "tiny", seeds, rounds},
                       options);
  };
  const auto result = race("2", "2");
  ASSERT_EQ(result.status, 0) << result.err;
  EXPECT_EQ(read_file(folder / "calls"), "--seeds 1 --threads 1\n--seeds 1 --threads 1\n");
  EXPECT_THAT(result.out, testing::ContainsRegex("\n1 +[0-9.]+ +40.00 +[0-9.]+\n2 "));
  EXPECT_THAT(result.out, testing::HasSubstr("reference  median 40.00 s, 40.00 to 40.00, test "
                                             "accuracy 98.500 %"));
  const auto number_after = [&](const std::string& text) {
    return std::stod(result.out.substr(result.out.find(text) + text.size()));
  };
  const double median = number_after("program    median ");
  // The ratio is rounded to 0.1, the median to 0.01, for any time.
  EXPECT_NEAR(number_after("ratio of medians ") * median, 40.0, 0.05 * median + 0.5 / median);
  EXPECT_EQ(race("3", "2").status, 2);
  EXPECT_EQ(race("none", "2").status, 2);
}

}  // namespace
}  // namespace digits
