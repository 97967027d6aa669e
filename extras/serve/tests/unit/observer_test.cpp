// Numbers and drift when another model begins to answer. Each test adds all images of a model at
// once, so that the watching thread and the test see the same ones.
#include "serve/observer.h"

#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <exception>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/json.h"
#include "base/log.h"
#include "serve/request_log.h"
#include "support/fake_model.h"
#include "support/observed.h"
#include "support/testing.h"

namespace digits {
namespace {

constexpr std::size_t kImages = 50;  // as many as the window holds

class ObserverTest : public testing::Test {
 protected:
  // The model has answered a request of white images, which differ from the training set.
  void answer(const std::shared_ptr<const ServedModel>& model, bool by_canary = false) {
    InferRequest request;
    request.count = kImages;
    Inference inference;
    inference.model = model;
    inference.images.assign(kImages * 4, 1.0F);
    inference.logits = model->logits(inference.images.data(), kImages);
    inference.batch = kImages;
    inference.by_canary = by_canary;
    observer.inferred(request, inference);
  }
  void replace() { observer.live_model(second->facts()); }
  // The profile that the observer's thread computes. Its error is thrown.
  std::future<Json> asked_profile() {
    const auto promise = std::make_shared<std::promise<Json>>();
    observer.input_profile([promise](const InputProfile& profile) {
      if (profile.error) {
        promise->set_exception(std::make_exception_ptr(*profile.error));
      } else {
        promise->set_value(profile.document);
      }
    });
    return promise->get_future();
  }
  // Asks for a profile, in whose answer the observer's thread waits until the result is set.
  std::promise<void> held_thread() {
    std::promise<void> release;
    const auto held = std::make_shared<std::promise<void>>();
    observer.input_profile([held, released = release.get_future().share()](const InputProfile&) {
      held->set_value();
      released.wait();
    });
    held->get_future().wait();
    return release;
  }
  Json stats() const { return observer.statistics({}).at("model_stats").at(0); }
  std::map<std::string, double> metrics() { return samples(observer.metrics_text(0, {})); }
  // The state in the metrics; all others are 0.
  std::string state() {
    std::string found;
    const auto all = metrics();
    for (const std::string each : {"too_few", "ok", "drifting"}) {
      if (all.at("digits_drift_state{state=\"" + each + "\"}") == 1.0) found += each;
    }
    return found;
  }

  std::shared_ptr<FakeModel> first = std::make_shared<FakeModel>(1.0F, "1");
  std::shared_ptr<FakeModel> second = std::make_shared<FakeModel>(1.0F, "2");
  Observer observer{first->facts(), kImages, /*log=*/""};
};

// A verdict is in the statistics and in the metrics.
TEST_F(ObserverTest, PublishesTheDriftOfTheLiveModel) {
  answer(first);
  observer.publish(observer.check_drift());
  EXPECT_EQ(stats().at("version"), "1");
  EXPECT_EQ(stats().at("drift").at("state"), "drifting");
  EXPECT_EQ(stats().at("drift").at("count"), kImages);
  EXPECT_EQ(state(), "drifting");
  EXPECT_EQ(metrics().count(R"(digits_drift_p{feature="mean_intensity"})"), 1U);
}

std::string logged_by(const std::function<void()>& action) {
  testing::internal::CaptureStderr();
  action();
  return testing::internal::GetCapturedStderr();
}

// A new state of the drift is logged once; the same state again is not.
TEST_F(ObserverTest, LogsEachChangeOfTheDrift) {
  start_logging();
  const auto judge = [&] { observer.publish(observer.check_drift()); };
  const auto first_look = logged_by([&] {
    answer(first);
    judge();
  });
  EXPECT_THAT(first_look, testing::HasSubstr("drift.drifting: the latest 50 inputs, "));
  EXPECT_THAT(logged_by(judge), testing::Not(testing::HasSubstr("drift.")));
  EXPECT_THAT(logged_by([&] { replace(); }), testing::HasSubstr("drift.too_few: the latest 0 "));
}

// Each image of a request counts with its own class, the probability of this class, and its own
// pixels. The rows are 1 : 3, 9 : 1 and 1 : 4; the pixels have the bytes 51, 102 and 255.
TEST_F(ObserverTest, CountsEachImageByItself) {
  InferRequest request;
  request.count = 3;
  Inference inference;
  inference.model = first;
  for (const float pixel : {0.2F, 0.4F, 1.0F}) {
    inference.images.insert(inference.images.end(), 4, pixel);
  }
  inference.logits = {0.0F, std::log(3.0F), std::log(9.0F), 0.0F, 0.0F, std::log(4.0F)};
  inference.batch = 3;
  observer.inferred(request, inference);
  const auto all = metrics();
  EXPECT_EQ(all.at(R"(digits_predictions_total{class="zero",role="live"})"), 1.0);
  EXPECT_EQ(all.at(R"(digits_predictions_total{class="one",role="live"})"), 2.0);
  EXPECT_NEAR(all.at(R"(digits_confidence_sum{role="live"})"), 0.75 + 0.9 + 0.8, 1e-6);
  const auto profile = asked_profile().get();
  EXPECT_EQ(profile.at("class_counts"), Json::parse("[1,2]"));
  const double mean = profile.at("/features/mean_intensity/mean"_json_pointer);
  EXPECT_NEAR(mean, (51.0 + 102.0 + 255.0) / (3.0 * 255.0), 1e-9);
}

// A verdict on the inputs of an earlier model that comes after the change is not shown.
TEST_F(ObserverTest, DropsALateVerdictOnAnEarlierModel) {
  answer(first);
  const auto late = observer.check_drift();
  EXPECT_EQ(late.verdict.state, DriftState::kDrifting);
  replace();
  observer.publish(late);
  EXPECT_EQ(stats().at("version"), "2");
  EXPECT_EQ(stats().at("drift").at("state"), "too_few");
  EXPECT_EQ(stats().at("drift").at("count"), 0);
  EXPECT_EQ(stats().at("drift").at("tests"), Json::array());
  EXPECT_EQ(state(), "too_few");
  EXPECT_EQ(metrics().count(R"(digits_drift_p{feature="mean_intensity"})"), 0U);
}

// A verdict that was shown before the change leaves with its model; the next one is on the inputs
// of the new model.
TEST_F(ObserverTest, StartsANewModelFromZero) {
  answer(first);
  observer.publish(observer.check_drift());
  replace();
  EXPECT_EQ(stats().at("version"), "2");
  EXPECT_EQ(stats().at("inference_count"), 0);
  EXPECT_EQ(stats().at("drift").at("state"), "too_few");
  EXPECT_EQ(state(), "too_few");
  expect_error("profile.empty", [&] { asked_profile().get(); });
  answer(second);
  observer.publish(observer.check_drift());
  EXPECT_EQ(stats().at("inference_count"), kImages);
  EXPECT_EQ(stats().at("drift").at("count"), kImages);
  EXPECT_EQ(state(), "drifting");
}

// A batch that an earlier model computed may end after the change: it is no answer of the new one,
// and its labels are not those of the new one. A canary's inputs count as before.
TEST_F(ObserverTest, CountsNoAnswerOfAnEarlierModel) {
  replace();
  answer(first);
  EXPECT_EQ(stats().at("inference_count"), 0);
  EXPECT_EQ(observer.check_drift().verdict.count, 0U);
  answer(std::make_shared<FakeModel>(1.0F, "canary"), /*by_canary=*/true);
  EXPECT_EQ(stats().at("inference_count"), 0);
  EXPECT_EQ(observer.check_drift().verdict.count, kImages);
}

// A profile is of the model that was live when it was asked for, also if it is computed later.
TEST_F(ObserverTest, ProfileIsOfTheModelThatWasLive) {
  answer(first);
  auto release = held_thread();
  auto former = asked_profile();
  replace();
  auto next = asked_profile();
  release.set_value();
  EXPECT_EQ(former.get().at("count"), kImages);
  expect_error("profile.empty", [&] { next.get(); });
}

// At the end each waiting profile is computed, and later ones are refused.
TEST_F(ObserverTest, AnswersWaitingProfilesAtItsEnd) {
  answer(first);
  auto release = held_thread();
  std::vector<std::future<Json>> asked;
  asked.push_back(asked_profile());
  std::thread end([&] { observer.stop(); });
  // The end has begun when the observer refuses. The other thread gets 20 s for it.
  std::string refusal;
  for (int i = 0; i < 20'000 && refusal != "server.stopping"; ++i) {
    if (i > 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    refusal = error_code([&] { asked.push_back(asked_profile()); });
  }
  EXPECT_EQ(refusal, "server.stopping");
  release.set_value();
  end.join();
  for (auto& each : asked) {
    ASSERT_EQ(each.wait_for(std::chrono::seconds(0)), std::future_status::ready);
    EXPECT_EQ(each.get().at("count"), kImages);
  }
}

// Profiles and drift are computed after the answers: ten steps below the thread that has started
// the observer.
TEST_F(ObserverTest, ComputesAtALowerPriority) {
  const int own = ::getpriority(PRIO_PROCESS, 0);
  if (own == 19) GTEST_SKIP() << "this process has the lowest priority already";
  std::promise<int> priority;
  observer.input_profile(
      [&](const InputProfile&) { priority.set_value(::getpriority(PRIO_PROCESS, 0)); });
  EXPECT_EQ(priority.get_future().get(), std::min(own + 10, 19));
}

// The server's own counts go on: a counter that falls to 0 looks like a restart. They include the
// late answers of an earlier model.
TEST_F(ObserverTest, KeepsTheCountersOfTheServer) {
  RequestRecord record;
  record.status = 200;
  record.milliseconds = 1500.0;
  observer.request_started();
  observer.request_ended("infer", record);
  observer.request_started();
  observer.model_loaded("live");
  answer(first);
  replace();
  answer(first);
  answer(second);
  const auto all = metrics();
  EXPECT_EQ(all.at(R"(digits_requests_total{endpoint="infer",status="200"})"), 1.0);
  EXPECT_EQ(all.at("digits_requests_in_flight"), 1.0);
  EXPECT_DOUBLE_EQ(all.at("digits_request_seconds_sum"), 1.5);
  EXPECT_EQ(all.at(R"(digits_model_loads_total{outcome="loaded",role="live"})"), 1.0);
  EXPECT_EQ(all.at(R"(digits_predictions_total{class="zero",role="live"})"), 3.0 * kImages);
  EXPECT_EQ(all.at(R"(digits_confidence_count{role="live"})"), 3.0 * kImages);
  EXPECT_EQ(all.at("digits_queue_seconds_count"), 3.0);
  for (const auto& [version, serves] : {std::pair{"1", 0.0}, std::pair{"2", 1.0}}) {
    const auto name =
        std::string(R"(digits_model_info{engine="fake",name="fake",version=")") + version + "\"}";
    EXPECT_EQ(all.at(name), serves) << version;
  }
}

}  // namespace
}  // namespace digits
