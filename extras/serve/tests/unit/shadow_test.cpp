#include "serve/shadow.h"

#include <sys/resource.h>

#include <future>
#include <limits>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "base/error.h"
#include "serve/background.h"
#include "serve/feedback.h"
#include "serve/shadow_report.h"
#include "support/fake_model.h"
#include "support/testing.h"

namespace digits {
namespace {

// An answered request of one image of four pixels of this value: the label is "zero" where their
// sum exceeds the model's second logit.
Inference answered(const std::shared_ptr<const ServedModel>& live, float value) {
  Inference inference;
  inference.model = live;
  inference.images.assign(4, value);
  inference.logits = live->logits(inference.images.data(), 1);
  return inference;
}

// The share is of requests, not of time: a repeated id has the same decision.
TEST(Shadow, SelectsRequestsById) {
  std::size_t taken = 0;
  for (int i = 0; i < 4000; ++i) {
    const auto id = "request-" + std::to_string(i);
    EXPECT_TRUE(in_share(id, 1.0));
    EXPECT_FALSE(in_share(id, 0.0));
    EXPECT_EQ(in_share(id, 0.25), in_share(id, 0.25));
    if (in_share(id, 0.25)) ++taken;
  }
  EXPECT_NEAR(static_cast<double>(taken), 1000.0, 140.0);  // five standard deviations
}

// The labels of each image are compared.
TEST(Shadow, CountsAgreement) {
  const auto live = std::make_shared<FakeModel>(1.0F);
  Shadow shadow(std::make_shared<FakeModel>(2.0F, "next"), 1.0, 100);
  for (const float value : {0.1F, 0.3F, 0.4F, 0.9F}) {  // sums 0.4, 1.2, 1.6, 3.6
    shadow.offer("id", answered(live, value));
  }
  shadow.wait_until_idle();
  const auto tally = shadow.tally();
  EXPECT_EQ(tally.agreed, 2U);
  EXPECT_EQ(tally.differed, 2U);
  EXPECT_EQ(tally.live_version, "1");
  EXPECT_EQ(tally.shadow_version, "next");
  EXPECT_EQ(tally.agreement().n, 4U);
  EXPECT_GT(tally.slowdown(), 0.0);
}

// The ratio of both times, which both start at zero.
TEST(Shadow, SlowdownIsTheRatioOfTheTimes) {
  ShadowCounts counts;
  EXPECT_EQ(counts.slowdown(), 0.0);
  counts.live_seconds += 0.5;
  counts.shadow_seconds += 0.75;
  EXPECT_DOUBLE_EQ(counts.slowdown(), 1.5);
}

// Both models are timed on the same images, equally often, and in both orders.
TEST(Shadow, TimesBothModelsEqually) {
  const auto live = std::make_shared<FakeModel>();
  const auto next = std::make_shared<FakeModel>(1.0F, "next");
  Shadow shadow(next, 1.0, 100);
  const auto request = answered(live, 0.5F);
  const int before = live->calls;
  for (int i = 0; i < 9; ++i) shadow.offer("id", request);  // the first and the ninth are timed
  shadow.wait_until_idle();
  EXPECT_EQ(live->calls - before, 2 * 3);
  EXPECT_EQ(next->calls, 9 + 2 * 2);
}

// Another live version starts a new comparison.
TEST(Shadow, RestartsWithAnotherLiveVersion) {
  Shadow shadow(std::make_shared<FakeModel>(1.0F, "next"), 1.0, 100);
  shadow.offer("id", answered(std::make_shared<FakeModel>(1.0F, "1"), 0.5F));
  shadow.wait_until_idle();
  shadow.offer("id", answered(std::make_shared<FakeModel>(3.0F, "2"), 0.5F));
  shadow.wait_until_idle();
  EXPECT_EQ(shadow.tally().live_version, "2");
  EXPECT_EQ(shadow.tally().agreed, 0U);
  EXPECT_EQ(shadow.tally().differed, 1U);
}

// Another shadow starts a new comparison, and computes only later requests.
TEST(Shadow, RestartsWithAnotherShadow) {
  const auto live = std::make_shared<FakeModel>(1.0F);
  Shadow shadow(std::make_shared<FakeModel>(3.0F, "next-1"), 1.0, 100);
  shadow.offer("id", answered(live, 0.5F));
  shadow.wait_until_idle();
  EXPECT_EQ(shadow.tally().differed, 1U);
  shadow.replace(std::make_shared<FakeModel>(1.0F, "next-2"));
  shadow.offer("id", answered(live, 0.5F));
  shadow.wait_until_idle();
  EXPECT_EQ(shadow.tally().shadow_version, "next-2");
  EXPECT_EQ(shadow.tally().agreed, 1U);
  EXPECT_EQ(shadow.tally().differed, 0U);
}

class StuckModel : public FakeModel {
 public:
  std::vector<float> logits(const float* images, std::size_t n) const override {
    released.wait();
    return FakeModel::logits(images, n);
  }
  std::promise<void> release;
  std::shared_future<void> released = release.get_future().share();
};

// A shadow that is too slow drops images, and never blocks the caller.
TEST(Shadow, DropsImagesWhenOverloaded) {
  const auto live = std::make_shared<FakeModel>();
  const auto stuck = std::make_shared<StuckModel>();
  Shadow shadow(stuck, 1.0, 3);
  for (int i = 0; i < 5; ++i) shadow.offer("id", answered(live, 0.5F));
  EXPECT_EQ(shadow.tally().dropped, 2U);
  stuck->release.set_value();
  shadow.wait_until_idle();
  EXPECT_EQ(shadow.tally().agreed, 3U);
  EXPECT_EQ(shadow.tally().agreement().n, 3U);
}

class BrokenShadow : public FakeModel {
 public:
  std::vector<float> logits(const float*, std::size_t) const override {
    throw std::runtime_error("broken");
  }
};

TEST(Shadow, CountsItsOwnFailures) {
  const auto live = std::make_shared<FakeModel>();
  Shadow shadow(std::make_shared<BrokenShadow>(), 1.0, 10);
  shadow.offer("id", answered(live, 0.5F));
  shadow.wait_until_idle();
  EXPECT_EQ(shadow.tally().failed, 1U);
  EXPECT_EQ(shadow.tally().agreement().n, 0U);
}

// Fails at its `failing`-th call; before that it gives this second logit.
class FailingShadow : public FakeModel {
 public:
  FailingShadow(float second, int failing) : FakeModel(second, "next"), failing_(failing) {}
  std::vector<float> logits(const float* images, std::size_t n) const override {
    auto logits = FakeModel::logits(images, n);
    if (calls >= failing_) throw std::runtime_error("broken");
    return logits;
  }

 private:
  int failing_;
};

// A label of NaN agrees with none, and an image that fails when it is timed has not agreed: each
// image has one outcome.
TEST(Shadow, FailedImagesHaveNoOtherOutcome) {
  const auto live = std::make_shared<FakeModel>();
  Shadow no_number(std::make_shared<FakeModel>(std::numeric_limits<float>::quiet_NaN(), "next"),
                   1.0, 10);
  Shadow later(std::make_shared<FailingShadow>(1.0F, 2), 1.0, 10);
  for (auto* const shadow : {&no_number, &later}) {
    shadow->offer("id", answered(live, 0.5F));
    shadow->wait_until_idle();
    EXPECT_EQ(shadow->tally().failed, 1U);
    EXPECT_EQ(shadow->tally().agreement().n, 0U);
  }
}

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

// The thread of a shadow runs after those that answer, whose priority stays.
TEST(Background, LowersThePriorityOfItsThreadAlone) {
  const int before = ::getpriority(PRIO_PROCESS, 0);
  if (before > 10) GTEST_SKIP() << "the priority of this process is lower already";
  int lowered = 0;
  std::thread([&lowered] {
    lower_thread_priority();
    lowered = ::getpriority(PRIO_PROCESS, 0);
  }).join();
  EXPECT_EQ(lowered, 10);
  EXPECT_EQ(::getpriority(PRIO_PROCESS, 0), before);
}

}  // namespace
}  // namespace digits
