#include "tune/search_report.h"

#include "support/testing.h"

namespace digits {
namespace {

using testing::HasSubstr;

// A result with these mistakes among 100 images.
TrialResult with_mistakes(std::vector<std::uint32_t> mistakes) {
  TrialResult result;
  result.accuracy = proportion(100 - mistakes.size(), 100);
  result.mistakes = std::move(mistakes);
  return result;
}

std::vector<std::uint32_t> numbers(std::uint32_t first, std::uint32_t count) {
  std::vector<std::uint32_t> all(count);
  for (std::uint32_t i = 0; i < count; ++i) all[i] = first + i;
  return all;
}

std::vector<Trial> trials_named(int count) {
  std::vector<Trial> trials{{"0000"}};
  for (int k = 1; k < count; ++k) {
    trials.push_back({"000" + std::to_string(k), {"train.epochs = " + std::to_string(k)}});
  }
  return trials;
}

// By hand: the base has mistakes 0 to 4, the candidate 3 to 9: it gains 0, 1, 2 and loses 5 to 9.
TEST(PairedCounts, OfMistakesMatchHandCalculation) {
  const auto counts = paired_counts(with_mistakes(numbers(0, 5)), with_mistakes(numbers(3, 7)));
  EXPECT_EQ(counts.n, 100U);
  EXPECT_EQ(counts.gained, 3U);
  EXPECT_EQ(counts.lost, 5U);
}

// By hand: the base has 14 mistakes. Trial 1 removes 8 of them: p = 2 / 2^8, twice that by Holm for
// two trials, so it is better. Trial 2 removes one and adds 3: 8 of 16 splits are as uneven or more
// (1, 4, 4 and 1 of 16, two-sided: p = 0.625).
TEST(SearchReport, RanksAndTestsAgainstTheBase) {
  const auto report = rank_trials(
      trials_named(3),
      {with_mistakes(numbers(0, 14)), with_mistakes(numbers(8, 6)), with_mistakes(numbers(1, 16))});
  ASSERT_EQ(report.trials.size(), 3U);
  EXPECT_EQ(report.trials[0].trial.id, "0001");
  EXPECT_EQ(report.trials[1].trial.id, "0000");
  EXPECT_EQ(report.trials[2].trial.id, "0002");
  EXPECT_NEAR(report.trials[0].p, 2.0 * 2.0 / 256.0, 1e-12);
  EXPECT_NEAR(report.trials[2].p, 0.625, 1e-12);
  EXPECT_FALSE(report.trials[1].change.has_value());
  EXPECT_GT(report.trials[0].change->low, 0.0);
  EXPECT_TRUE(report.better);
  EXPECT_THAT(verdict_text(report), HasSubstr("trial 0001 is better than the base: +"));
}

// The same gain among ten trials is what chance gives the best of ten: 10 * 2 / 256 is above 0.05.
TEST(SearchReport, CorrectsForTheNumberOfTrials) {
  std::vector<TrialResult> results{with_mistakes(numbers(0, 14)), with_mistakes(numbers(8, 6))};
  for (int k = 2; k < 11; ++k) results.push_back(with_mistakes(numbers(0, 14)));
  const auto report = rank_trials(trials_named(11), results);
  EXPECT_EQ(report.trials[0].trial.id, "0001");
  EXPECT_NEAR(report.trials[0].p, 10.0 * 2.0 / 256.0, 1e-12);
  EXPECT_FALSE(report.better);
  EXPECT_THAT(verdict_text(report), HasSubstr("not distinguishable from the base"));
}

// On a tie the base is first, and a failed trial is last, without a comparison.
TEST(SearchReport, PutsTheBaseFirstOnATie) {
  TrialResult failed;
  failed.failure = "train.diverged";
  const auto same = with_mistakes(numbers(0, 2));
  const auto report = rank_trials(trials_named(3), {same, failed, same});
  EXPECT_TRUE(report.trials[0].trial.is_base());
  EXPECT_EQ(report.trials[2].result.failure, "train.diverged");
  EXPECT_FALSE(report.trials[2].change.has_value());
  EXPECT_FALSE(report.better);
  EXPECT_THAT(verdict_text(report), HasSubstr("no drawn trial is better"));
}

// A search of a base with two mistakes among 100 images, a trial with one of them, and a trial that
// failed.
struct SmallSearch {
  TrialResult base = with_mistakes({1, 2});
  TrialResult better = with_mistakes({1});
  TrialResult failed;

  SmallSearch() {
    base.best_epoch = 3;
    base.seconds = 7.0;
    better.best_epoch = 4;
    better.seconds = 12.34;
    failed.failure = "train.diverged";
  }
  SearchReport report() const { return rank_trials(trials_named(3), {base, better, failed}); }
};

// Every column ends below its name. The base and a failed trial are compared with nothing.
TEST(SearchReport, TableShowsIntervalAndN) {
  EXPECT_EQ(search_table(SmallSearch().report()),
            "rank  trial                   validation accuracy   points against the base  seconds  "
            "changes\n"
            "   1   0001       99.00 % [94.55, 99.82], n = 100      +1.00 [-1.73, +3.69]     12.3  "
            "train.epochs = 1\n"
            "   2   0000       98.00 % [93.00, 99.45], n = 100                         -      7.0  "
            "base\n"
            "   3   0002                        train.diverged                         -      0.0  "
            "train.epochs = 2\n");
}

// The document has the same order, with n for each accuracy. Without a comparison there is no
// evidence of a difference: p = 1.
TEST(SearchReport, JsonHasTheRanking) {
  const SmallSearch search;
  const auto counts = paired_counts(search.base, search.better);
  const auto row = [](const char* id, const Json& changes, const TrialResult& result,
                      const Json& change, double p) {
    return Json{{"trial", id},
                {"changes", changes},
                {"validation_accuracy", result.accuracy},
                {"best_epoch", result.best_epoch},
                {"seconds", result.seconds},
                {"failure", result.failure},
                {"change", change},
                {"p", p}};
  };
  const Json json = search.report();
  EXPECT_EQ(json.size(), 2U);
  EXPECT_EQ(json.at("better"), false);
  const auto& trials = json.at("trials");
  ASSERT_EQ(trials.size(), 3U);
  EXPECT_EQ(trials.at(0), row("0001", Json::array({"train.epochs = 1"}), search.better,
                              paired_difference(counts), mcnemar_p(counts)));
  EXPECT_EQ(trials.at(1), row("0000", Json::array(), search.base, nullptr, 1.0));
  EXPECT_EQ(trials.at(2),
            row("0002", Json::array({"train.epochs = 2"}), search.failed, nullptr, 1.0));
}

}  // namespace
}  // namespace digits
