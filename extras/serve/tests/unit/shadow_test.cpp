#include "serve/shadow.h"

#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <future>
#include <limits>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "serve/background.h"
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

// Counts that were restarted, as at a change of the live model, are 0 until the next request.
TEST(Shadow, RestartsItsCounts) {
  const auto live = std::make_shared<FakeModel>(1.0F);
  Shadow shadow(std::make_shared<FakeModel>(1.0F, "next"), 1.0, 100);
  shadow.offer("id", answered(live, 0.5F));
  shadow.wait_until_idle();
  EXPECT_EQ(shadow.tally().agreed, 1U);
  shadow.restart(live);
  EXPECT_EQ(shadow.tally().agreed, 0U);
  EXPECT_EQ(shadow.tally().slowdown(), 0.0);
  shadow.offer("id", answered(live, 0.5F));
  shadow.wait_until_idle();
  EXPECT_EQ(shadow.tally().agreed, 1U);
  EXPECT_EQ(shadow.tally().shadow_version, "next");
}

// A batch of an earlier live model may end after the change. Its answers neither begin new counts
// nor end those of the next model.
TEST(Shadow, IgnoresALateAnswerOfAnEarlierLiveModel) {
  const auto first = std::make_shared<FakeModel>(1.0F, "1");
  const auto second = std::make_shared<FakeModel>(3.0F, "2");
  Shadow shadow(std::make_shared<FakeModel>(1.0F, "next"), 1.0, 100);
  const auto offer = [&](const std::shared_ptr<const ServedModel>& live) {
    shadow.offer("id", answered(live, 0.5F));
    shadow.wait_until_idle();
  };
  offer(first);
  EXPECT_EQ(shadow.tally().agreed, 1U);
  shadow.restart(second);
  offer(first);
  EXPECT_EQ(shadow.tally().live_version, "");
  EXPECT_EQ(shadow.tally().agreed, 0U);
  offer(second);
  offer(first);
  EXPECT_EQ(shadow.tally().live_version, "2");
  EXPECT_EQ(shadow.tally().agreed, 0U);
  EXPECT_EQ(shadow.tally().differed, 1U);
}

// The serial number tells two requests of one id apart: it comes back with the comparison.
TEST(Shadow, ReturnsTheSerialNumber) {
  std::vector<std::uint64_t> serials;  // written by the shadow's thread, read after it is idle
  Shadow shadow(std::make_shared<FakeModel>(1.0F, "next"), 1.0, 100,
                [&](const ComparedRequest& request) { serials.push_back(request.serial); });
  const auto request = answered(std::make_shared<FakeModel>(), 0.5F);
  shadow.offer("id", request, 7);
  shadow.offer("id", request, 9);
  shadow.wait_until_idle();
  EXPECT_THAT(serials, testing::ElementsAre(7U, 9U));
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

// Stores the priority of the thread that computes.
class PriorityModel : public FakeModel {
 public:
  std::vector<float> logits(const float* images, std::size_t n) const override {
    priority = ::getpriority(PRIO_PROCESS, 0);
    return FakeModel::logits(images, n);
  }
  mutable std::atomic<int> priority{0};
};

// A shadow computes after the threads that answer: ten steps below the thread that has started it.
TEST(Shadow, ComputesAtALowerPriority) {
  const int own = ::getpriority(PRIO_PROCESS, 0);
  if (own == 19) GTEST_SKIP() << "this process has the lowest priority already";
  const auto next = std::make_shared<PriorityModel>();
  Shadow shadow(next, 1.0, 10);
  shadow.offer("id", answered(std::make_shared<FakeModel>(), 0.5F));
  shadow.wait_until_idle();
  EXPECT_EQ(next->priority, std::min(own + 10, 19));
}

// The thread of a shadow runs after those that answer, whose priority stays. The server may have a
// low priority itself: that of its thread is ten steps lower, down to 19, the lowest one.
TEST(Background, LowersThePriorityOfItsThreadAlone) {
  const int process = ::getpriority(PRIO_PROCESS, 0);
  int before = 0, lowered = 0;
  std::thread([&before, &lowered] {
    ::setpriority(PRIO_PROCESS, 0, 3);  // may be refused if the process has a lower one
    before = ::getpriority(PRIO_PROCESS, 0);
    lower_thread_priority();
    lowered = ::getpriority(PRIO_PROCESS, 0);
  }).join();
  EXPECT_EQ(lowered, std::min(before + 10, 19));
  EXPECT_EQ(::getpriority(PRIO_PROCESS, 0), process);
}

}  // namespace
}  // namespace digits
