#include "pipeline/regression.h"

#include <string>

#include "support/evaluated_run.h"
#include "support/testing.h"

namespace digits {
namespace {

// A run does not differ from itself.
TEST(CompareRuns, FindsNoDifferenceFromItself) {
  const TemporaryDirectory folder;
  const auto run = evaluated_run(folder / "run", 50);
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
  const auto good = evaluated_run(folder / "good", 50);
  const auto bad = evaluated_run(folder / "bad", 80);
  EXPECT_FALSE(compare_runs(good, bad).worse);
  const auto comparison = compare_runs(bad, good);
  EXPECT_TRUE(comparison.worse);
  EXPECT_THAT(
      regressions_of(comparison),
      testing::Contains(testing::StartsWith("accuracy -0.30 [-0.41, -0.19] points, n = 100")));
  expect_error("gate.regression", [&] { require_no_regression(comparison); });
}

// Predictions for other images cannot be paired.
TEST(CompareRuns, RejectsAnotherTestSet) {
  const TemporaryDirectory folder;
  const auto one = evaluated_run(folder / "one", 50, "0123456789abcdef");
  const auto two = evaluated_run(folder / "two", 50, "fedcba9876543210");
  const auto error = error_of([&] { compare_runs(one, two); });
  EXPECT_EQ(error.code(), "data.other_test_set");
  EXPECT_EQ(std::string(error.what()),
            two.path().string() +
                ": test set with fingerprint fedcba987654, expected 0123456789ab as in " +
                one.path().string());
}

// The lowest label that is no class of the run: 2, of two classes.
TEST(CompareRuns, RejectsDamagedAnswers) {
  const TemporaryDirectory folder;
  const auto run = evaluated_run(folder / "run", 50);
  auto damaged = evaluation_of(50);
  damaged["answers"]["labels"][0] = 2;
  run.write_evaluation(damaged);
  expect_error("input.malformed", [&] { compare_runs(run, run); });
}

}  // namespace
}  // namespace digits
