#include "pipeline/regression.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>

#include "base/files.h"
#include "pipeline/run_history.h"
#include "support/testing.h"

namespace digits {
namespace {

constexpr std::size_t kImages = 10000;

// Alternating answers to images of two classes. The first `wrong` answers are mistakes.
std::vector<std::uint8_t> answers(std::size_t wrong) {
  std::vector<std::uint8_t> all(kImages);
  for (std::size_t i = 0; i < kImages; ++i) all[i] = i % 2 == (i < wrong ? 1U : 0U) ? 0 : 1;
  return all;
}

Json evaluation(std::size_t wrong, const std::string& test_set) {
  return {
      {"accuracy", proportion(kImages - wrong, kImages)},
      {"log_loss", Quantity{0.1, 0.05, 0.2, kImages}},
      {"calibration_error", Quantity{0.1, 0.05, 0.2, kImages}},
      {"per_class", {{{"class", "even"}}, {{"class", "odd"}}}},
      {"answers",
       {{"test_fingerprint", test_set}, {"labels", answers(0)}, {"predictions", answers(wrong)}}}};
}

// An evaluated run with the files that comparisons read, started `age` hours ago.
RunDirectory evaluated(const std::filesystem::path& path, std::size_t wrong,
                       const std::string& test_set = "abcdef0123456789", int age = 0) {
  const auto run = RunDirectory::create(path);
  run.write_config(Config());
  run.write_evaluation(evaluation(wrong, test_set));
  const timespec time{::time(nullptr) - 3600 * age, 0};
  const timespec times[] = {time, time};
  EXPECT_EQ(utimensat(AT_FDCWD, (run.path() / "config.toml").c_str(), times, 0), 0);
  return run;
}

// A run does not differ from itself.
TEST(CompareRuns, FindsNoDifferenceFromItself) {
  const TemporaryDirectory folder;
  const auto run = evaluated(folder / "run", 50);
  const auto comparison = compare_runs(run, run);
  EXPECT_FALSE(comparison.worse);
  EXPECT_EQ(comparison.accuracy.difference.value, 0.0);
  EXPECT_EQ(comparison.recalls[1].name, "odd");
  EXPECT_TRUE(regressions_of(comparison).empty());
  require_no_regression(comparison);
}

// 30 more mistakes in 10,000 images, 0.3 points, are more than chance, and the size is reported. 30
// fewer are not worse.
TEST(CompareRuns, DetectsALossOfThreeTenthsOfAPoint) {
  const TemporaryDirectory folder;
  const auto good = evaluated(folder / "good", 50);
  const auto bad = evaluated(folder / "bad", 80);
  EXPECT_FALSE(compare_runs(good, bad).worse);
  const auto comparison = compare_runs(bad, good);
  EXPECT_TRUE(comparison.worse);
  EXPECT_THAT(
      regressions_of(comparison),
      testing::Contains(testing::StartsWith("accuracy -0.30 points [-0.41, -0.19], n = 100")));
  expect_error("gate.regression", [&] { require_no_regression(comparison); });
}

// Predictions for other images cannot be paired.
TEST(CompareRuns, RejectsAnotherTestSet) {
  const TemporaryDirectory folder;
  const auto one = evaluated(folder / "one", 50, "1111111111111111");
  const auto two = evaluated(folder / "two", 50, "2222222222222222");
  expect_error("data.other_test_set", [&] { compare_runs(one, two); });
}

// Ordered by start time, not by name. Each run is compared with the previous one on the same test
// set. Folders without a run or evaluation are skipped.
TEST(RunHistory, ComparesEachRunWithThePreviousOne) {
  const TemporaryDirectory folder;
  evaluated(folder / "b", 50, "1111111111111111", 5);
  evaluated(folder / "c", 90, "2222222222222222", 4);
  evaluated(folder / "a", 90, "1111111111111111", 3);
  evaluated(folder / "d", 80, "1111111111111111", 2);
  make_directories(folder / "notes");
  RunDirectory::create(folder / "stopped").write_config(Config());
  const auto runs = run_history(folder.path());
  std::vector<std::string> names;
  for (const auto& run : runs) names.push_back(run.name + " " + run.compared_with);
  EXPECT_THAT(names, testing::ElementsAre("b ", "c ", "a b", "d a"));
  EXPECT_TRUE(runs[2].change->worse);
  EXPECT_FALSE(runs[3].change->worse);
  EXPECT_LT(runs[0].begun, runs[1].begun);
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
  evaluated(folder / "good", 50);
  const auto bad = evaluated(folder / "bad", 50);
  write_file(bad.evaluation(), "{}");
  EXPECT_EQ(run_history(folder.path()).size(), 1U);
  auto damaged = evaluation(50, "abcdef0123456789");
  damaged["answers"]["labels"][0] = 7;  // of two classes
  bad.write_evaluation(damaged);
  EXPECT_EQ(run_history(folder.path()).size(), 1U);
  expect_error("input.malformed", [&] { compare_runs(bad, bad); });
}

}  // namespace
}  // namespace digits
