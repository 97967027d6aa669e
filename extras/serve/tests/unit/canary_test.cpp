// A second model that answers a share of the traffic, and the decision to stop it.
#include "serve/canary.h"

#include <limits>
#include <map>

#include "base/json.h"
#include "base/rng.h"
#include "serve/rollout.h"
#include "support/fake_model.h"
#include "support/testing.h"

namespace digits {
namespace {

using std::chrono::seconds;

Quantity share_of(std::size_t bad, std::size_t n) { return proportion(bad, n); }

// Three of three do not decide, nor does a share that may be above the bound by chance. The low
// ends are Wilson's: 4.8 % for 9 of 100, 5.5 % for 10 of 100. A low end on the bound is not
// above it.
TEST(Canary, BoundNeedsEvidence) {
  EXPECT_FALSE(exceeds(share_of(0, 0), 0.05));
  EXPECT_FALSE(exceeds(share_of(3, 3), 0.05));
  EXPECT_FALSE(exceeds(share_of(99, 99), 0.05));
  EXPECT_FALSE(exceeds(share_of(9, 100), 0.05));
  EXPECT_TRUE(exceeds(share_of(10, 100), 0.05));
  EXPECT_FALSE(exceeds(share_of(50, 1000), 0.05));
  EXPECT_FALSE(exceeds({0.1, 0.05, 0.2, 100}, 0.05));
}

// The window forgets: 1000 good outcomes do not outweigh later bad ones.
TEST(Canary, WindowHoldsTheLatestOutcomes) {
  OutcomeWindow window;
  EXPECT_EQ(window.bad_share().n, 0U);
  for (int i = 0; i < 1000; ++i) window.add(false);
  for (int i = 0; i < 250; ++i) window.add(true);
  EXPECT_EQ(window.bad_share().n, 1000U);
  EXPECT_EQ(window.bad_share().value, 0.25);
  for (int i = 0; i < 1000; ++i) window.add(false);
  EXPECT_EQ(window.bad_share().value, 0.0);
}

// The number of images until a canary with this share of differing images is stopped; 0: never.
std::size_t images_until_rollback(double disagreement, std::size_t images, std::uint64_t stream) {
  Rng rng(test_seed(), Stream::kPerturb, stream);
  CanaryJudge judge({});
  for (std::size_t i = 1; i <= images; ++i) {
    judge.add_image(rng.uniform() < disagreement);
    if (judge.reason()) return i;
  }
  return 0;
}

// The judge looks after each image. A canary at half the bound of 5 % stays: 0.5 % of simulated
// ones were stopped, so more than 4 of 40 have a probability below 1e-5. One at three times the
// bound is always stopped.
TEST(Canary, RepeatedLooksSeldomStopAGoodCanary) {
  int stopped = 0;
  for (std::uint64_t k = 0; k < 40; ++k) {
    stopped += images_until_rollback(0.025, 2000, k) > 0 ? 1 : 0;
    const auto images = images_until_rollback(0.15, 2000, 100 + k);
    EXPECT_GE(images, 100U);
    EXPECT_LE(images, 400U);
  }
  EXPECT_LE(stopped, 4);
}

// The document of a canary that answers. One that was stopped has the reason, too.
TEST(Canary, IsDescribedInJson) {
  CanaryCounts counts;
  counts.version = "2";
  counts.share = 0.25;
  counts.requests = 40;
  counts.failed = 3;
  counts.errors = share_of(3, 40);
  counts.disagreement = share_of(5, 30);
  counts.compared.agreed = 25;
  counts.compared.differed = 5;
  counts.compared.dropped = 7;
  Json expected{{"version", "2"},
                {"state", "answering"},
                {"share", 0.25},
                {"requests", 40},
                {"failed", 3},
                {"errors", share_of(3, 40)},
                {"disagreement", share_of(5, 30)},
                {"agreed", 25},
                {"differed", 5},
                {"dropped", 7}};
  EXPECT_EQ(Json(counts), expected);
  counts.rollback = "errors";
  expected["state"] = "rolled_back";
  expected["reason"] = "errors";
  EXPECT_EQ(Json(counts), expected);
}

class RepeatingModel : public FakeModel {
 public:
  using FakeModel::FakeModel;
  std::vector<float> logits(const float* images, std::size_t n) const override {
    if (broken) throw std::runtime_error("broken");
    auto logits = FakeModel::logits(images, n);
    if (nan) logits.back() = std::numeric_limits<float>::quiet_NaN();
    return logits;
  }
  std::atomic<bool> broken{false}, nan{false};
};

// A rollout with a canary that answers all requests, and the versions that answered.
class CanaryTest : public testing::Test {
 protected:
  void start(float canary_logit, double share = 1.0, double shadow_share = 0.0) {
    canary = std::make_shared<RepeatingModel>(canary_logit, "canary");
    RolloutOptions options;
    options.canary = canary;
    options.canary_share = share;
    if (shadow_share > 0.0) options.shadow = std::make_shared<FakeModel>(1.0F, "shadow");
    options.shadow_share = shadow_share;
    rollout = std::make_unique<Rollout>(options, live, /*limit=*/1'000'000);
  }
  // Runs `count` requests of one image in batches of one; `late`: they have waited too long.
  std::vector<Inference> run(int count, bool late = false) {
    std::vector<Inference> answers;
    for (int i = 0; i < count; ++i) {
      const auto id = "request-" + std::to_string(next_id++);
      PendingInference pending;
      pending.request.count = 1;
      pending.request.images.assign(4, 0.5F);  // sum 2: "zero" of the live model
      pending.since = Clock::time_point(seconds(late ? 0 : 10));
      pending.for_canary = rollout->canary_takes(id);
      pending.done = [&](const InferRequest&, const Inference& inference) {
        if (!inference.error) rollout->answered(id, inference);
        answers.push_back(inference);
      };
      InferenceBatch batch;
      batch.push_back(std::move(pending));
      rollout->run(std::move(batch), live, seconds(5),
                   [] { return Clock::time_point(seconds(10)); });
    }
    return answers;
  }
  static std::map<std::string, int> versions(const std::vector<Inference>& answers) {
    std::map<std::string, int> counts;
    for (const auto& answer : answers) ++counts[answer.model->facts().identity.version];
    return counts;
  }
  CanaryCounts wait_for_comparisons(std::size_t count) {
    CanaryCounts counts;
    do {
      counts = *rollout->counts().canary;
    } while (counts.compared.agreed + counts.compared.differed < count);
    return counts;
  }

  std::shared_ptr<FakeModel> live = std::make_shared<FakeModel>(1.0F, "1");
  std::shared_ptr<RepeatingModel> canary;
  std::unique_ptr<Rollout> rollout;
  int next_id = 0;
};

// The share is of requests, by their ids; the others are answered by the live model.
TEST_F(CanaryTest, AnswersItsShare) {
  start(1.0F, 0.25);
  const auto answers = run(400);
  const auto by = versions(answers);
  EXPECT_NEAR(by.at("canary"), 100, 44);  // five standard deviations
  EXPECT_EQ(by.at("canary") + by.at("1"), 400);
  const auto counts = wait_for_comparisons(static_cast<std::size_t>(by.at("canary")));
  EXPECT_EQ(counts.compared.differed, 0U);
  EXPECT_EQ(counts.rollback, "");
  EXPECT_EQ(counts.requests, static_cast<std::size_t>(by.at("canary")));
}

// A shadow beside a canary with the same share still gets its share of the other requests.
TEST_F(CanaryTest, ShareIsIndependentOfTheShadows) {
  start(1.0F, 0.5, 0.5);
  run(400);
  rollout->wait_until_idle();
  EXPECT_NEAR(static_cast<double>(rollout->counts().shadow->agreed), 100.0, 43.0);
}

// A canary with other labels is stopped, and not before 100 compared images.
TEST_F(CanaryTest, RollsBackOnDisagreement) {
  start(9.0F);
  EXPECT_THAT(versions(run(99)), testing::ElementsAre(testing::Pair("canary", 99)));
  EXPECT_EQ(wait_for_comparisons(99).rollback, "");
  run(1);
  const auto counts = wait_for_comparisons(100);
  EXPECT_THAT(counts.rollback,
              testing::HasSubstr("disagreement 100.00 % [96.30, 100.00], n = 100"));
  EXPECT_THAT(versions(run(50)), testing::ElementsAre(testing::Pair("1", 50)));
}

// A request that the canary cannot compute is answered by the live model. A canary that fails often
// is stopped.
TEST_F(CanaryTest, RollsBackOnErrorsAndLosesNoRequest) {
  start(1.0F);
  run(60);
  canary->broken = true;
  auto answers = run(20);
  canary->broken = false;
  canary->nan = true;
  for (auto& each : run(20)) answers.push_back(each);
  EXPECT_THAT(versions(answers), testing::ElementsAre(testing::Pair("1", 40)));
  for (const auto& each : answers) {
    EXPECT_FALSE(each.error);
    EXPECT_EQ(each.logits, std::vector<float>({2.0F, 1.0F}));
  }
  const auto counts = *rollout->counts().canary;
  EXPECT_EQ(counts.requests, 100U);
  EXPECT_EQ(counts.failed, 40U);
  EXPECT_THAT(counts.rollback, testing::HasSubstr("errors 40.00 %"));
  canary->nan = false;
  EXPECT_THAT(versions(run(5)), testing::ElementsAre(testing::Pair("1", 5)));
}

// A request that waited too long is no failure of the canary.
TEST_F(CanaryTest, CountsNoErrorOfOthers) {
  start(1.0F);
  for (const auto& each : run(120, /*late=*/true)) EXPECT_EQ(each.error->code(), "server.late");
  EXPECT_EQ(rollout->counts().canary->failed, 0U);
  EXPECT_EQ(rollout->counts().canary->rollback, "");
}

// Another canary answers, also after a rollback. Another live version starts new counts and does
// not end a rollback.
TEST_F(CanaryTest, RestartsWithAnotherVersion) {
  start(9.0F);
  run(100);
  EXPECT_NE(wait_for_comparisons(100).rollback, "");
  rollout->replace_live(std::make_shared<FakeModel>(1.0F, "2"));
  EXPECT_EQ(rollout->counts().canary->disagreement.n, 0U);
  EXPECT_THAT(versions(run(1)), testing::ElementsAre(testing::Pair("1", 1)));
  rollout->replace_canary(std::make_shared<FakeModel>(1.0F, "canary-2"));
  EXPECT_THAT(versions(run(1)), testing::ElementsAre(testing::Pair("canary-2", 1)));
  EXPECT_EQ(wait_for_comparisons(1).rollback, "");
  rollout->replace_canary(std::make_shared<FakeModel>(1.0F, "canary-3"));
  const auto counts = *rollout->counts().canary;
  EXPECT_EQ(counts.version, "canary-3");
  EXPECT_EQ(counts.requests, 0U);
  EXPECT_EQ(counts.compared.agreed + counts.compared.differed, 0U);
}

// An answer of an earlier canary that ends after the change leaves the counts of the next one.
TEST_F(CanaryTest, IgnoresALateAnswerOfAnEarlierCanary) {
  start(9.0F);
  const auto late = run(1).front();
  rollout->replace_canary(std::make_shared<FakeModel>(1.0F, "canary-2"));
  run(1);
  wait_for_comparisons(1);
  rollout->answered("late", late);
  rollout->wait_until_idle();
  const auto counts = *rollout->counts().canary;
  EXPECT_EQ(counts.compared.agreed, 1U);
  EXPECT_EQ(counts.compared.differed, 0U);
}

// The labels of both models are compared with the true one.
TEST_F(CanaryTest, GetsFeedback) {
  start(9.0F);
  run(1);
  wait_for_comparisons(1);
  EXPECT_EQ(rollout->label({"request-0", {0}}), 1U);
  const auto pairs = rollout->counts().feedback.pairs.at({"canary", "1"});
  EXPECT_EQ(pairs.compared_only, 1U);  // the live model's label is right
}

// The reason names the share, its interval, the number of outcomes and the bound of 1 % of errors
// or 5 % of other labels. The low ends are Wilson's: 0.55 % for 2 of 100, 1.03 % for 3, 4.81 %
// for 9.
TEST(Canary, ReasonNamesTheShareAndTheBound) {
  const auto reason = [](int failed, int differing) {
    CanaryJudge judge({});
    for (int i = 0; i < 100; ++i) {
      judge.add_request(i < failed);
      judge.add_image(i < differing);
    }
    return judge.reason().value_or("none");
  };
  EXPECT_EQ(reason(2, 9), "none");
  EXPECT_EQ(reason(3, 0), "errors 3.00 % [1.03, 8.45], n = 100, expected at most 1.0 %");
  EXPECT_EQ(reason(2, 10), "disagreement 10.00 % [5.52, 17.44], n = 100, expected at most 5.0 %");
  EXPECT_THAT(reason(3, 10), testing::StartsWith("errors "));  // the graver one
}

}  // namespace
}  // namespace digits
