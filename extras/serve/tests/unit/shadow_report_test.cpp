#include "serve/shadow_report.h"

#include <cstddef>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/json.h"
#include "serve/feedback.h"
#include "serve/shadow.h"
#include "support/testing.h"

namespace digits {
namespace {

Json statistics(std::size_t agreed, std::size_t differed, double slowdown, std::size_t failed = 0,
                const LabelledPairs& labelled = {}) {
  ShadowCounts tally;
  tally.agreed = agreed;
  tally.differed = differed;
  tally.failed = failed;
  tally.live_seconds = slowdown > 0.0 ? 1.0 : 0.0;
  tally.shadow_seconds = slowdown;
  Json shadow = tally;
  shadow["labelled"] = labelled;
  return Json{{"model_stats", {{{"shadow", shadow}}}}};
}

std::string verdict_on(const Json& document) {
  std::string words;
  for (const auto& check : judge_shadow(document, {})) {
    words += check.verdict == ShadowVerdict::kPassed   ? "passed "
             : check.verdict == ShadowVerdict::kFailed ? "failed "
                                                       : "undecided ";
  }
  return words;
}

// An equal model passes, a worse one fails, and too little traffic is undecided. The unfavourable
// end of the interval counts.
TEST(ShadowReport, JudgesByTheInterval) {
  EXPECT_EQ(verdict_on(statistics(2000, 0, 1.0)), "passed passed passed ");
  EXPECT_EQ(verdict_on(statistics(1900, 100, 1.0)), "failed passed passed ");
  EXPECT_EQ(verdict_on(statistics(1965, 35, 1.0)), "undecided passed passed ");  // 98.25 %
  EXPECT_EQ(verdict_on(statistics(999, 0, 1.0)), "undecided passed passed ");
  EXPECT_EQ(verdict_on(statistics(10, 90, 1.0)), "failed passed passed ");
  EXPECT_EQ(verdict_on(statistics(0, 0, 0.0)), "undecided passed undecided ");
}

// With true labels the accuracies are compared. A shadow that differs often and is not worse
// passes; one that loses more than it gains fails; a wide interval is undecided.
TEST(ShadowReport, JudgesByLabelsIfEnoughArrived) {
  const auto verdict = [](const LabelledPairs& labelled) {
    const auto words = verdict_on(statistics(900, 100, 1.0, 0, labelled));
    return words.substr(0, words.find(' '));
  };
  EXPECT_EQ(verdict({900, 20, 40, 40}), "passed");
  EXPECT_EQ(verdict({900, 20, 10, 70}), "passed");  // better
  EXPECT_EQ(verdict({900, 20, 60, 20}), "failed");  // p < 0.001
  EXPECT_EQ(verdict({180, 4, 8, 8}), "undecided");  // the interval reaches -4 points
  EXPECT_EQ(verdict({9980, 0, 16, 4}), "failed");   // by 0.1 points, but not by chance: p = 0.012
  EXPECT_EQ(verdict({199, 0, 0, 0}), "failed");     // too few labels: agreement decides
  EXPECT_EQ(verdict({200, 0, 0, 0}), "passed");
}

TEST(ShadowReport, JudgesTimeAndFailures) {
  EXPECT_EQ(verdict_on(statistics(2000, 0, 1.2)), "passed passed passed ");
  EXPECT_EQ(verdict_on(statistics(2000, 0, 1.3)), "passed passed failed ");
  EXPECT_EQ(verdict_on(statistics(2000, 0, 1.0, 1)), "passed failed passed ");
}

// Each check in words, with enough labels and without them, and before anything was timed.
TEST(ShadowReport, NamesWhatIsSeenAndExpected) {
  const auto texts = [](const Json& document) {
    std::vector<std::string> all;
    for (const auto& check : judge_shadow(document, {})) {
      all.push_back(check.name + ": " + check.seen + ", expected " + check.expected);
    }
    return all;
  };
  EXPECT_THAT(
      texts(statistics(1965, 35, 1.25, 3)),
      testing::ElementsAre("agreement: 98.25 % [97.58, 98.74], n = 2000, expected at least "
                           "98.0 % of at least 1000 images",
                           "failures: 3, expected 0", "slowdown: 1.25, expected at most 1.20"));
  EXPECT_THAT(texts(statistics(0, 0, 0.0, 0, {950, 20, 21, 9})),
              testing::ElementsAre("accuracy: -1.20 [-2.28, -0.11] points, lost 21, gained 9, p = "
                                   "0.043, n = 1000, expected at least -2.0 points, no loss with "
                                   "p < 0.05",
                                   "failures: 0, expected 0",
                                   "slowdown: not timed yet, expected at most 1.20"));
}

TEST(ShadowReport, PassesOnlyIfAllChecksPass) {
  require_passed(judge_shadow(statistics(2000, 0, 1.0), {}));
  for (const auto& document : {statistics(1900, 100, 1.0), statistics(999, 0, 1.0),
                               statistics(2000, 0, 1.3), statistics(2000, 0, 1.0, 1)}) {
    expect_error("gate.shadow", [&] { require_passed(judge_shadow(document, {})); });
  }
  expect_error("data.malformed", [] { judge_shadow(Json{{"model_stats", Json::array()}}, {}); });
}

// Each check says what was seen and what is expected, and an undecided one says so: 1,000 equal
// answers of 1,000 are enough, no timing is not. With true labels a loss by chance passes: 5 lost
// of 9,005 have p = 2 / 2^5, 6 have 2 / 2^6. The interval of no difference ends at -1.99 points for
// 54 lost and 54 gained, at -2.001 for 55.
TEST(ShadowReport, DecidesAtItsBounds) {
  const auto failure = [](const Json& document) -> std::string {
    try {
      require_passed(judge_shadow(document, {}));
      return "passed";
    } catch (const Error& error) {
      return error.what() + (" (" + error.hint() + ")");
    }
  };
  EXPECT_EQ(failure(statistics(1000, 0, 1.2)), "passed");
  EXPECT_EQ(failure(statistics(1900, 100, 1.0)),
            "agreement: 95.00 % [93.96, 95.87], n = 2000, expected at least 98.0 % of at least "
            "1000 images (keep the live version)");
  EXPECT_EQ(failure(statistics(999, 0, 1.0)),
            "agreement: 100.00 % [99.62, 100.00], n = 999, expected at least 98.0 % of at least "
            "1000 images (collect more traffic for the shadow)");
  EXPECT_EQ(failure(statistics(2000, 0, 1.0, 3)),
            "failures: 3, expected 0 (keep the live version)");
  EXPECT_EQ(failure(statistics(2000, 0, 1.25)),
            "slowdown: 1.25, expected at most 1.20 (keep the live version)");
  EXPECT_EQ(failure(statistics(2000, 0, 0.0)),
            "slowdown: not timed yet, expected at most 1.20 (collect more traffic for the shadow)");
  EXPECT_EQ(
      failure(statistics(2000, 0, 1.0, 0, {992, 0, 8, 0})),
      "accuracy: -0.80 [-1.38, -0.21] points, lost 8, gained 0, p = 0.008, n = 1000, expected "
      "at least -2.0 points, no loss with p < 0.05 (keep the live version)");
  EXPECT_EQ(failure(statistics(0, 9000, 1.0, 0, {9000, 0, 5, 0})), "passed");
  EXPECT_THAT(failure(statistics(0, 9000, 1.0, 0, {9000, 0, 6, 0})),
              testing::EndsWith("(keep the live version)"));
  EXPECT_EQ(failure(statistics(0, 9000, 1.0, 0, {900, 20, 54, 54})), "passed");
  EXPECT_THAT(failure(statistics(0, 9000, 1.0, 0, {900, 20, 55, 55})),
              testing::EndsWith("(collect more traffic for the shadow)"));
}

}  // namespace
}  // namespace digits
