#include "history/run_history.h"

#include <regex>

#include "base/files.h"
#include "history/command_history.h"
#include "pipeline/config.h"
#include "support/evaluated_run.h"
#include "support/testing.h"

namespace digits {
namespace {

// Ordered by start time, not by name. Each run is compared with the previous one on the same test
// set. Folders without a run or evaluation are skipped.
TEST(RunHistory, ComparesEachRunWithThePreviousOne) {
  const TemporaryDirectory folder;
  evaluated_run(folder / "b", 50, "1111111111111111", 5);
  evaluated_run(folder / "c", 90, "2222222222222222", 4);
  evaluated_run(folder / "a", 90, "1111111111111111", 3);
  evaluated_run(folder / "d", 80, "1111111111111111", 2);
  make_directories(folder / "notes");
  RunDirectory::create(folder / "stopped").write_config(Config());
  const auto runs = run_history(folder.path());
  std::vector<std::string> names;
  for (const auto& run : runs) names.push_back(run.name + " " + run.compared_with);
  EXPECT_THAT(names, testing::ElementsAre("b ", "c ", "a b", "d a"));
  EXPECT_TRUE(runs[2].change->worse);
  EXPECT_FALSE(runs[3].change->worse);
  EXPECT_LT(runs[0].started, runs[1].started);
  const auto chart = history_chart(runs);
  ASSERT_EQ(chart.series.size(), 2U);
  EXPECT_EQ(chart.series[0].points.size(), 3U);
  EXPECT_EQ(chart.series[1].points[0].x, 2.0);
  EXPECT_EQ(Json(runs[3]).at("compared_with"), "a");
}

// A row per run, by hand: each interval is drawn on the axis from the lowest end, 98.90 %, to the
// highest, 99.62 %. The start times are those of this test.
TEST(CommandHistory, PrintsOneRowPerRun) {
  const TemporaryDirectory folder;
  evaluated_run(folder / "old", 80, "1111111111111111", 5);
  evaluated_run(folder / "new", 50, "1111111111111111", 4);
  evaluated_run(folder / "b", 90, "2222222222222222", 3);
  testing::internal::CaptureStdout();
  const int status = command_history({folder.path().string()});
  const auto table = std::regex_replace(testing::internal::GetCapturedStdout(),
                                        std::regex("20[0-9-]{8} [0-9:]{8}"), "YYYY-MM-DD hh:mm:ss");
  EXPECT_EQ(status, 0);
  EXPECT_EQ(
      table,
      "  #  run   start, UTC           accuracy                              0.9890             "
      "0.9962  log loss  calibration  against the one before\n"
      "  1  old   YYYY-MM-DD hh:mm:ss  99.20 % [99.01, 99.36], n = 10000         "
      "------o-----             0.1000       0.1000  first on its test set\n"
      "  2  new   YYYY-MM-DD hh:mm:ss  99.50 % [99.34, 99.62], n = 10000                    "
      "-----o----    0.1000       0.1000  not worse\n"
      "  3  b     YYYY-MM-DD hh:mm:ss  99.10 % [98.90, 99.27], n = 10000     "
      "-------o-----                0.1000       0.1000  first on its test set\n");
}

// An unreadable run does not hide the others. A folder without runs is an error.
TEST(RunHistory, SkipsADamagedRun) {
  const TemporaryDirectory folder;
  expect_error("input.missing", [&] { run_history(folder.path()); });
  evaluated_run(folder / "good", 50);
  const auto bad = evaluated_run(folder / "bad", 50);
  write_file(bad.evaluation(), "{}");
  EXPECT_EQ(run_history(folder.path()).size(), 1U);
  auto damaged = evaluation_of(50);
  damaged["answers"]["labels"][0] = 7;  // of two classes
  bad.write_evaluation(damaged);
  EXPECT_EQ(run_history(folder.path()).size(), 1U);
}

}  // namespace
}  // namespace digits
