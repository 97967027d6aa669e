// The endpoints beside a shadow or a canary, and with true labels.
#include <future>
#include <memory>
#include <utility>
#include <vector>

#include "support/fake_model.h"
#include "support/loopback.h"
#include "support/service_calls.h"
#include "support/testing.h"

namespace digits {
namespace {

// A shadow gets the requests, but its answers are not sent.
TEST_F(ServiceTest, ShadowChangesNoResponse) {
  ServiceOptions options;
  options.rollout.shadow = std::make_shared<FakeModel>(9.0F, "shadow");
  const auto service = make(options);
  for (int i = 0; i < 3; ++i) {
    const auto reply = ask(*service, request_of("POST", "/v2/models/fake/infer", fake_request()));
    EXPECT_EQ(json_of(reply).at("outputs").at(2).at("data"), Json::parse(R"(["zero"])"));
  }
  Json shadow;
  do {
    const auto stats = json_of(ask(*service, request_of("GET", "/v2/models/fake/stats")));
    shadow = stats.at("model_stats").at(0).at("shadow");
  } while (shadow.at("agreement").at("n") != 3);
  EXPECT_EQ(shadow.at("differed"), 3);
  EXPECT_EQ(shadow.at("shadow_version"), "shadow");
  EXPECT_THAT(ask(*service, request_of("GET", "/metrics")).body,
              testing::HasSubstr("digits_shadow_images{outcome=\"differed\"} 3"));
}

// Another shadow gets the requests from then on.
TEST_F(ServiceTest, ReplacesTheShadow) {
  ServiceOptions options;
  options.rollout.shadow = std::make_shared<FakeModel>(9.0F, "shadow");
  const auto service = make(options);
  const auto path = "/v2/models/fake/infer";
  ask(*service, request_of("POST", path, fake_request()));
  service->rollout().replace_shadow(std::make_shared<FakeModel>(1.0F, "shadow-2"));
  EXPECT_EQ(ask(*service, request_of("POST", path, fake_request())).status, 200);
  service->rollout().wait_until_idle();
  const auto stats = json_of(ask(*service, request_of("GET", "/v2/models/fake/stats")));
  const auto& shadow = stats.at("model_stats").at(0).at("shadow");
  EXPECT_EQ(shadow.at("shadow_version"), "shadow-2");
  EXPECT_EQ(shadow.at("agreed"), 1);
  EXPECT_EQ(shadow.at("differed"), 0);
}

// The comparison with an earlier live model ends with it, also before the next one has answered.
TEST_F(ServiceTest, ShadowCountsRestartWithAnotherLiveModel) {
  ServiceOptions options;
  options.rollout.shadow = std::make_shared<FakeModel>(9.0F, "shadow");
  const auto service = make(options);
  const auto differed = [&] {
    service->rollout().wait_until_idle();
    const auto stats = json_of(ask(*service, request_of("GET", "/v2/models/fake/stats")));
    return stats.at("/model_stats/0/shadow/differed"_json_pointer).get<int>();
  };
  ask(*service, request_of("POST", "/v2/models/fake/infer", fake_request()));
  EXPECT_EQ(differed(), 1);
  service->replace(std::make_shared<FakeModel>(1.0F, "2"));
  EXPECT_EQ(differed(), 0);
}

// With two threads, a batch of the earlier version may end after an answer of the next one. The
// comparison of the next version goes on.
TEST_F(ServiceTest, ShadowIgnoresALateAnswerOfAnEarlierVersion) {
  ServiceOptions options;
  options.threads = 2;
  options.rollout.shadow = std::make_shared<FakeModel>(1.0F, "shadow");
  const auto first = std::make_shared<GatedModel>();
  const auto request = request_of("POST", "/v2/models/fake/infer", fake_request());
  std::promise<HttpResponse> late;
  Service service(options, first);
  service.handle(request, [&](HttpResponse response) { late.set_value(std::move(response)); });
  first->wait_for_arrivals(1);
  service.replace(std::make_shared<FakeModel>(1.0F, "2"));
  EXPECT_EQ(json_of(ask(service, request)).at("model_version"), "2");
  first->open();
  EXPECT_EQ(json_of(late.get_future().get()).at("model_version"), "1");
  service.rollout().wait_until_idle();
  const auto stats = json_of(ask(service, request_of("GET", "/v2/models/fake/stats")));
  const auto& shadow = stats.at("/model_stats/0/shadow"_json_pointer);
  EXPECT_EQ(shadow.at("live_version"), "2");
  EXPECT_EQ(shadow.at("agreed"), 1);
}

// A server that follows promotions for months holds three models: it frees those of the start, too.
TEST_F(ServiceTest, FreesReplacedModels) {
  ServiceOptions options;
  options.rollout.shadow = std::make_shared<FakeModel>(1.0F, "shadow");
  options.rollout.canary = std::make_shared<FakeModel>(1.0F, "canary");
  auto live = std::make_shared<FakeModel>(1.0F, "1");
  const std::vector<std::weak_ptr<const ServedModel>> first{live, options.rollout.shadow,
                                                            options.rollout.canary};
  Service service(options, std::move(live));
  options.rollout = {};
  for (const auto& model : first) EXPECT_FALSE(model.expired());
  service.replace(std::make_shared<FakeModel>(1.0F, "2"));
  service.rollout().replace_shadow(std::make_shared<FakeModel>(1.0F, "shadow-2"));
  service.rollout().replace_canary(std::make_shared<FakeModel>(1.0F, "canary-2"));
  for (const auto& model : first) EXPECT_TRUE(model.expired());
}

// Shadow and canary must take the live model's inputs, at the start and later.
TEST_F(ServiceTest, RejectsAShadowOrCanaryOfOtherInputs) {
  class WiderModel : public FakeModel {
   public:
    WiderModel() { wide_.contract.schema.cols = 3; }
    const ModelFacts& facts() const override { return wide_; }

   private:
    ModelFacts wide_ = fake_facts("wide");
  };
  const auto wide = std::make_shared<WiderModel>();
  ServiceOptions with_shadow, with_canary, with_both;
  with_shadow.rollout.shadow = wide;
  with_canary.rollout.canary = wide;
  expect_error("model.mismatch", [&] { make(with_shadow); });
  expect_error("model.mismatch", [&] { make(with_canary); });
  with_both.rollout.shadow = std::make_shared<FakeModel>(1.0F, "shadow");
  with_both.rollout.canary = std::make_shared<FakeModel>(1.0F, "canary");
  const auto service = make(with_both);
  expect_error("model.mismatch", [&] { service->rollout().replace_shadow(wide); });
  expect_error("model.mismatch", [&] { service->rollout().replace_canary(wide); });
}

HttpRequest feedback_request(const std::string& id, const std::string& label) {
  return request_of("POST", "/v2/models/fake/feedback",
                    R"({"id":")" + id + R"(","label":")" + label + R"("})");
}

// A client sends the true label of an answered request by its id. The counts are in the statistics
// and in the metrics, also beside the shadow.
TEST_F(ServiceTest, CountsTrueLabels) {
  ServiceOptions options;
  options.rollout.shadow = std::make_shared<FakeModel>(9.0F, "shadow");
  const auto service = make(options);
  const auto path = "/v2/models/fake/infer";
  const auto id = header(ask(*service, request_of("POST", path, fake_request())), "X-Request-Id");
  auto named = request_of("POST", path, fake_request());
  named.request_id = "mine";
  ask(*service, named);
  const auto body = R"({"id":")" + id + R"(","label":"zero"})";
  EXPECT_TRUE(fits(body, "feedback"));
  const auto reply = ask(*service, feedback_request(id, "zero"));
  EXPECT_EQ(json_of(reply), (Json{{"id", id}, {"labels", 1}}));
  EXPECT_EQ(ask(*service, feedback_request("mine", "one")).status, 200);
  EXPECT_EQ(ask(*service, feedback_request("other", "one")).status, 404);
  EXPECT_EQ(ask(*service, feedback_request("mine", "three")).status, 400);
  EXPECT_EQ(ask(*service, request_of("GET", "/v2/models/fake/feedback")).status, 405);
  EXPECT_FALSE(fits(R"({"id":"mine"})", "feedback"));

  Json model;
  do {
    model = json_of(ask(*service, request_of("GET", "/v2/models/fake/stats")));
    model = model.at("model_stats").at(0);
  } while (model.at("shadow").at("agreement").at("n") != 2);
  const auto feedback = model.at("feedback");
  EXPECT_EQ(feedback.at("labels"), 2);
  EXPECT_EQ(feedback.at("unknown"), 1);
  for (const char* version : {"1", "shadow"}) {
    const auto& images = feedback.at("models").at(version);
    EXPECT_EQ(images.at("right"), 1);
    EXPECT_EQ(images.at("wrong"), 1);
    EXPECT_EQ(images.at("wrong_share").at("value"), 0.5);
  }
  EXPECT_EQ(feedback.at("live").at("version"), "1");
  EXPECT_EQ(feedback.at("live").at("state"), "too_few");
  EXPECT_EQ(model.at("shadow").at("labelled"),
            Json::parse(R"({"both_right":0,"both_wrong":0,"answered_only":1,"compared_only":1})"));
  const auto metrics = ask(*service, request_of("GET", "/metrics")).body;
  for (const char* line :
       {"digits_feedback_labels 2", "digits_feedback_unknown 1",
        R"(digits_feedback_images{outcome="right",version="1"} 1)",
        R"(digits_live_accuracy_state{state="too_few"} 1)",
        R"(digits_live_accuracy_state{state="dropped"} 0)",
        R"(digits_feedback_images{outcome="wrong",version="shadow"} 1)",
        R"(digits_feedback_pairs{answered="1",compared="shadow",outcome="answered_only"} 1)"}) {
    EXPECT_THAT(metrics, testing::HasSubstr(line));
  }
}

// A rejected request has no prediction to judge.
TEST_F(ServiceTest, AcceptsNoLabelOfAnError) {
  const auto service = make();
  auto request = request_of("POST", "/v2/models/fake/infer", fake_request("2"));
  request.request_id = "bad";
  EXPECT_EQ(ask(*service, request).status, 400);
  EXPECT_EQ(ask(*service, feedback_request("bad", "zero")).status, 404);
}

// The canary answers under its own version. A request that names the live version is answered by
// that. After the rollback the live version answers all requests.
TEST_F(ServiceTest, CanaryAnswersUntilItsRollback) {
  ServiceOptions options;
  options.rollout.canary = std::make_shared<FakeModel>(9.0F, "canary");
  options.rollout.canary_share = 1.0;
  const auto service = make(options);
  const auto version = [&](const std::string& path) {
    const auto reply = ask(*service, request_of("POST", path, fake_request()));
    return json_of(reply).at("model_version").get<std::string>();
  };
  const auto metrics = [&] { return ask(*service, request_of("GET", "/metrics")).body; };
  for (int i = 0; i < 99; ++i) EXPECT_EQ(version("/v2/models/fake/infer"), "canary");
  EXPECT_EQ(version("/v2/models/fake/versions/1/infer"), "1");
  EXPECT_THAT(metrics(), testing::HasSubstr(R"(digits_canary_state{state="answering"} 1)"));
  version("/v2/models/fake/infer");
  Json canary;
  do {
    const auto stats = json_of(ask(*service, request_of("GET", "/v2/models/fake/stats")));
    canary = stats.at("model_stats").at(0).at("canary");
  } while (canary.at("differed") != 100);
  EXPECT_EQ(canary.at("state"), "rolled_back");
  EXPECT_EQ(canary.at("requests"), 100);
  EXPECT_THAT(canary.at("reason"), testing::HasSubstr("disagreement"));
  EXPECT_EQ(version("/v2/models/fake/infer"), "1");
  EXPECT_THAT(metrics(), testing::HasSubstr(R"(digits_canary_state{state="rolled_back"} 1)"));
  const auto stats = json_of(ask(*service, request_of("GET", "/v2/models/fake/stats")));
  EXPECT_EQ(stats.at("/model_stats/0/inference_count"_json_pointer), 2);  // the live model's alone
}

}  // namespace
}  // namespace digits
