// bench/race_inference.sh, with stand-ins for the other runtimes.
#include "base/files.h"
#include "integration/tiny_run.h"

namespace digits {
namespace {

// A stand-in with the output format of ONNX Runtime's and Python's programs.
constexpr const char* kStandIn =
    "for batch in 1 64 256; do\n"
    "  echo \"$0 $* batch $batch p50_us 1000.0 p99_us 2000.0 images_per_s 1\"\n"
    "done\n";

// Our program's answer for one number of threads serves for the other.
constexpr const char* kProgram =
    "case \"$*\" in *--calls*) exec \"$PROGRAM\" \"$@\" ;; esac\n"
    "[ -s \"$KEPT\" ] || \"$PROGRAM\" \"$@\" --calls 5 > \"$KEPT\"\n"
    "cat \"$KEPT\"\n";

ProcessResult race(const TemporaryDirectory& folder, const std::string& stand_in,
                   const std::string& engines) {
  write_file(folder / "stand_in.sh", stand_in);
  write_program(folder / "digits", kProgram);
  ProcessOptions options;
  options.environment = {{"DIGITS", folder / "digits"},
                         {"PROGRAM", program_path()},
                         {"KEPT", folder / "kept"},
                         {"NODE", "bash"},
                         {"PYTHON", "bash"},
                         {"ENGINES", engines}};
  return run_process({"bash", source_path("bench/race_inference.sh"), tiny_run().package().string(),
                      folder / "stand_in.sh", folder / "stand_in.sh", "1"},
                     options);
}

// One row for each runner, batch size and number of threads, with ratios to ONNX Runtime's time. A
// missing engine is omitted and named.
TEST(RaceInference, PrintsTheTable) {
  const TemporaryDirectory folder;
  const auto result = race(folder, kStandIn, "torchscript tensorrt");
  ASSERT_EQ(result.status, 0) << result.err;
  EXPECT_THAT(result.err, testing::HasSubstr("without tensorrt: digits: engine.unknown"));
  for (const char* threads : {"1", "2"}) {
    for (const char* batch : {"1", "64", "256"}) {
      const auto start = std::string("\n| ") + threads + " | " + batch + " | ";
      EXPECT_THAT(result.out, testing::ContainsRegex(start.substr(1) + "torchscript . [0-9.]+ ."));
      EXPECT_THAT(result.out, testing::HasSubstr(start + "onnxruntime | 1000.0 | 1000.0 to 1000.0 "
                                                         "| 2000.0 | "));
      EXPECT_THAT(result.out, testing::HasSubstr(start + "python | 1000.0 | "));
    }
  }
}

// A runtime that fails ends the race with its own error message.
TEST(RaceInference, StopsWhenARunnerFails) {
  const TemporaryDirectory folder;
  const auto result = race(folder, "echo no such model >&2; exit 3\n", "tensorrt");
  EXPECT_EQ(result.status, 1);
  EXPECT_THAT(result.err, testing::HasSubstr("failed: no such model"));
}

}  // namespace
}  // namespace digits
