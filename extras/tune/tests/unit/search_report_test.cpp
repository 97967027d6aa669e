#include "tune/search_report.h"

#include "support/option_list.h"
#include "support/testing.h"
#include "tune/command_tune.h"

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

// The values behind the last image do not count, although they differ.
TEST(WrongImages, EndAtTheLastImage) {
  std::vector<std::uint8_t> labels{1, 0, 2, 2, 9}, predictions{0, 0, 2, 1, 8};
  labels.pop_back();  // both stay in the memory
  predictions.pop_back();
  EXPECT_THAT(wrong_images(labels, predictions), testing::ElementsAre(0U, 3U));
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

// The three verdicts, a trial that is worse, and the options of the command. By hand: trial 1 gains
// 8 of 100 images; trial 2 gains one and loses 3.
TEST(SearchReport, NamesItsVerdict) {
  auto base = with_mistakes(numbers(0, 14));
  base.best_epoch = 3;
  base.seconds = 10.0;
  auto better = with_mistakes(numbers(8, 6));
  better.best_epoch = 2;
  better.seconds = 12.5;
  auto worse = with_mistakes(numbers(1, 16));
  worse.best_epoch = 1;
  worse.seconds = 11.0;
  TrialResult failed;
  failed.failure = "train.diverged";
  const auto report = rank_trials(trials_named(4), {base, better, worse, failed});
  EXPECT_EQ(search_table(report),
            "rank  trial                   validation accuracy   points against the base  seconds  "
            "changes\n"
            "   1   0001       94.00 % [87.52, 97.22], n = 100     +8.00 [+2.28, +13.40]     12.5  "
            "train.epochs = 1\n"
            "   2   0000       86.00 % [77.86, 91.47], n = 100                         -     10.0  "
            "base\n"
            "   3   0002       84.00 % [75.58, 89.90], n = 100      -2.00 [-6.24, +2.32]     11.0  "
            "train.epochs = 2\n"
            "   4   0003                        train.diverged                         -      0.0  "
            "train.epochs = 3\n");
  EXPECT_EQ(verdict_text(report),
            "trial 0001 is better than the base: +8.00 [+2.28, +13.40] points, p = 0.016 (McNemar, "
            "Holm)");
  EXPECT_EQ(verdict_text(rank_trials(trials_named(2),
                                     {with_mistakes(numbers(0, 5)), with_mistakes(numbers(0, 4))})),
            "trial 0001 is not distinguishable from the base: +1.00 [-1.73, +3.69] points, p = 1 "
            "(McNemar, Holm)");
  EXPECT_EQ(verdict_text(rank_trials(trials_named(2), {better, worse})),
            "no drawn trial is better than the base configuration");

  EXPECT_LT(report.trials[0].p, 0.05);
  EXPECT_EQ(Json(report).at("trials").at(1).at("p"), 1.0);  // the base is compared with nothing
  testing::internal::CaptureStdout();
  EXPECT_EQ(command_tune({"--help"}), 0);
  EXPECT_EQ(option_list(testing::internal::GetCapturedStdout()),
            "space FILE, trials N=20, out FOLDER, config FILE, preset NAME=standard, data DIR, "
            "first-label N, invert, transpose, size ROWSxCOLS, fail-on SEVERITY, seed N, threads "
            "N, device NAME, epochs N, batch-size N, json");
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
