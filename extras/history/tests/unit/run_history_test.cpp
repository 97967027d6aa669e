#include "history/run_history.h"

#include "base/files.h"
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
