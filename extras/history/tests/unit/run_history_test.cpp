#include "history/run_history.h"

#include "base/files.h"
#include "history/command_history.h"
#include "pipeline/config.h"
#include "pipeline/regression.h"
#include "support/evaluated_run.h"
#include "support/option_list.h"
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

// What `digits history` prints with these words.
std::string history_of(const std::vector<std::string>& words) {
  testing::internal::CaptureStdout();
  EXPECT_EQ(command_history(words), 0);
  return testing::internal::GetCapturedStdout();
}

// The whole table, document and plot of four runs on two test sets, and the options of the command.
TEST(HistoryCommand, PrintsAndWritesEachRun) {
  const TemporaryDirectory folder;
  const auto path = folder / "runs";
  const std::string one = "123456789abcdef0", two = "2222222222222222";
  const auto first = evaluated_run(path / "first", 50, one, 4);
  const auto second = evaluated_run(path / "second", 90, one, 3);
  evaluated_run(path / "other", 100, two, 2);
  const auto third = evaluated_run(path / "third", 85, one, 1);
  const auto runs = run_history(path);
  ASSERT_EQ(runs.size(), 4U);
  const auto plot = folder / "plot.svg";
  const std::string heading =
      "  #  run     start, UTC           accuracy                              0.9879             "
      "0.9962  log loss  calibration  against the one before\n";
  EXPECT_EQ(
      history_of({path.string(), "--plot", plot.string()}),
      heading + "  1  first   " + runs[0].started +
          "  99.50 % [99.34, 99.62], n = 10000                     -----o---    0.1000       "
          "0.1000  first on its test set\n  2  second  " +
          runs[1].started +
          "  99.10 % [98.90, 99.27], n = 10000        ------o-----              0.1000       "
          "0.1000  DROP: accuracy -0.40 [-0.53, -0.27] points, n = 10000, p = 1.8e-12; recall of "
          "even -0.40 [-0.58, -0.22] points, n = 5000, p = 3.8e-06; recall of odd -0.40 "
          "[-0.58, -0.22] points, n = 5000, p = 3.8e-06\n  3  other   " +
          runs[2].started +
          "  99.00 % [98.79, 99.18], n = 10000     ------o-----                 0.1000       "
          "0.1000  first on its test set\n  4  third   " +
          runs[3].started +
          "  99.15 % [98.95, 99.31], n = 10000          -----o-----             0.1000       "
          "0.1000  not worse\n");

  const auto point = [](double x, std::size_t wrong) {
    const auto accuracy = proportion(10000 - wrong, 10000);
    return Point{x, accuracy.value, accuracy.low, accuracy.high};
  };
  const Series of_one{"test set 12345678", {point(1, 50), point(2, 90), point(4, 85)}, false};
  const Series of_two{"test set 22222222", {point(3, 100)}, false};
  const LineChart chart{"Accuracy over time",
                        {"run", Scale::kWhole},
                        {"accuracy, 95 % interval", Scale::kPercent},
                        {of_one, of_two}};
  EXPECT_EQ(read_file(plot), draw(chart).text);

  const Quantity loss{0.1, 0.05, 0.2, 10000};
  auto expected = Json::array();
  const auto add = [&](const char* name, const std::string& test_set, std::size_t wrong) {
    expected.push_back(Json{{"run", name},
                            {"begun", runs[expected.size()].started},
                            {"test_fingerprint", test_set},
                            {"accuracy", proportion(10000 - wrong, 10000)},
                            {"log_loss", loss},
                            {"calibration_error", loss}});
  };
  add("first", one, 50);
  add("second", one, 90);
  expected.back()["compared_with"] = "first";
  expected.back()["change"] = compare_runs(second, first);
  add("other", two, 100);
  add("third", one, 85);
  expected.back()["compared_with"] = "second";
  expected.back()["change"] = compare_runs(third, second);
  EXPECT_EQ(Json::parse(history_of({path.string(), "--json"})), (Json{{"runs", expected}}));
  evaluated_run(folder / "few" / "a", 50);
  EXPECT_THAT(history_of({(folder / "few").string()}),
              testing::StartsWith("  #  run   start, UTC           accuracy "));
  EXPECT_EQ(option_list(history_of({"--help"})), "plot FILE, json");
}

}  // namespace
}  // namespace digits
