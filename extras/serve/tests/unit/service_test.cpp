// The endpoints without a socket: requests in, responses out.
#include "serve/service.h"

#include <array>
#include <future>
#include <limits>
#include <thread>
#include <utility>

#include "base/files.h"
#include "data/gzip.h"
#include "data/profile.h"
#include "support/fake_model.h"
#include "support/loopback.h"
#include "support/observed.h"
#include "support/program.h"
#include "support/service_calls.h"
#include "support/testing.h"

namespace digits {
namespace {

TEST_F(ServiceTest, AnswersAnInference) {
  const auto service = make();
  const auto response = ask(*service, request_of("POST", "/v2/models/fake/infer", fake_request()));
  EXPECT_EQ(response.status, 200);
  const auto answer = json_of(response);
  EXPECT_EQ(answer.at("model_name"), "fake");
  EXPECT_EQ(answer.at("outputs").at(0).at("data"), Json::parse("[2.0, 1.0]"));
  EXPECT_EQ(answer.at("outputs").at(2).at("data"), Json::parse(R"(["zero"])"));
}

TEST_F(ServiceTest, DescribesServerAndModel) {
  const auto service = make();
  EXPECT_EQ(json_of(ask(*service, request_of("GET", "/v2"))).at("name"), "digits");
  const auto model = json_of(ask(*service, request_of("GET", "/v2/models/fake/versions/1/")));
  EXPECT_EQ(model.at("versions"), Json::parse(R"(["1"])"));
  EXPECT_EQ(model.at("inputs").at(0),
            Json::parse(R"({"name":"images","datatype":"FP32","shape":[-1,1,2,2]})"));
  EXPECT_EQ(model.at("inputs").at(2).at("shape"), Json::parse("[-1]"));
  EXPECT_EQ(model.at("outputs").at(0).at("shape"), Json::parse("[-1,2]"));
  const auto index = json_of(ask(*service, request_of("POST", "/v2/repository/index")));
  EXPECT_EQ(index, Json::parse(R"([{"name":"fake","version":"1","state":"READY","reason":""}])"));
  const auto metrics = ask(*service, request_of("GET", "/metrics"));
  EXPECT_THAT(metrics.content_type, testing::StartsWith("text/plain; version=0.0.4"));
  EXPECT_THAT(metrics.body, testing::HasSubstr("digits_requests_total"));
}

// Unknown paths, and known paths with another method.
TEST_F(ServiceTest, RejectsUnknownPathsAndMethods) {
  const auto service = make();
  EXPECT_EQ(ask(*service, request_of("GET", "/v3")).status, 404);
  EXPECT_EQ(ask(*service, request_of("GET", "/v2/models/other")).status, 404);
  EXPECT_EQ(ask(*service, request_of("GET", "/v2/models/fake/versions/2")).status, 404);
  EXPECT_EQ(ask(*service, request_of("POST", "/v2/models/other/infer", fake_request())).status,
            404);
  const auto get = ask(*service, request_of("GET", "/v2/models/fake/infer"));
  EXPECT_EQ(get.status, 405);
  EXPECT_EQ(header(get, "Allow"), "POST");
  const auto put = ask(*service, request_of("PUT", "/v2/health/live"));
  EXPECT_EQ(put.status, 405);
  EXPECT_EQ(header(put, "Allow"), "GET, HEAD");
}

// The server is ready until it stops. It is alive and answers all the time.
TEST_F(ServiceTest, IsNotReadyWhileStopping) {
  const auto service = make();
  EXPECT_EQ(ask(*service, request_of("GET", "/v2/health/ready")).status, 200);
  service->not_ready();
  EXPECT_EQ(ask(*service, request_of("GET", "/v2/health/ready")).status, 503);
  EXPECT_EQ(ask(*service, request_of("GET", "/v2/models/fake/ready")).status, 503);
  EXPECT_EQ(ask(*service, request_of("GET", "/v2/health/live")).status, 200);
  const auto index = json_of(ask(*service, request_of("POST", "/v2/repository/index")));
  EXPECT_EQ(index.at(0).at("state"), "UNAVAILABLE");
  EXPECT_EQ(ask(*service, request_of("POST", "/v2/models/fake/infer", fake_request())).status, 200);
}

TEST_F(ServiceTest, UnpacksBodiesWithinTheLimit) {
  ServiceOptions options;
  options.max_body = 1000;
  const auto service = make(options);
  auto request = request_of("POST", "/v2/models/fake/infer", gzip(fake_request()));
  request.content_encoding = "gzip";
  EXPECT_EQ(ask(*service, request).status, 200);
  request.body = gzip(fake_request() + std::string(1000, ' '));
  EXPECT_EQ(ask(*service, request).status, 413);
}

// A client can find its request in the log: by its own id if that is valid, else by a new one.
TEST_F(ServiceTest, EveryResponseHasARequestId) {
  const auto service = make();
  auto request = request_of("GET", "/v2/health/live");
  request.request_id = "a.B_c-123";
  EXPECT_EQ(header(ask(*service, request), "X-Request-Id"), "a.B_c-123");
  request.path = "/nowhere";
  EXPECT_EQ(header(ask(*service, request), "X-Request-Id"), "a.B_c-123");
  request.request_id = "a b";
  const auto first = header(ask(*service, request), "X-Request-Id");
  const auto second = header(ask(*service, request), "X-Request-Id");
  EXPECT_FALSE(first.empty());
  EXPECT_NE(first, "a b");
  EXPECT_NE(first, second);
}

// A model that gives NaN fails its requests. Its numbers reach no sum of the metrics: a sum with
// NaN stays NaN.
TEST_F(ServiceTest, NonFiniteLogitsAreAFailure) {
  Service service({}, std::make_shared<FakeModel>(std::numeric_limits<float>::quiet_NaN()));
  const auto response = ask(service, request_of("POST", "/v2/models/fake/infer", fake_request()));
  EXPECT_EQ(response.status, 500);
  EXPECT_THAT(response.body, testing::HasSubstr("model.not_finite"));
  const auto stats = json_of(ask(service, request_of("GET", "/v2/models/fake/stats")));
  EXPECT_EQ(stats.at("/model_stats/0/inference_stats/success/count"_json_pointer), 0);
  EXPECT_EQ(stats.at("/model_stats/0/inference_stats/fail/count"_json_pointer), 1);
  const auto metrics = samples(ask(service, request_of("GET", "/metrics")).body);
  EXPECT_EQ(metrics.at(R"(digits_confidence_sum{role="live"})"), 0.0);
  EXPECT_EQ(metrics.at(R"(digits_predictions_total{class="zero",role="live"})"), 0.0);
}

// The next model answers from the next batch on, under its version. A model with another schema is
// rejected.
TEST_F(ServiceTest, ReplacesTheModel) {
  const auto service = make();
  service->replace(std::make_shared<FakeModel>(9.0F, "2"));
  const auto response = ask(*service, request_of("POST", "/v2/models/fake/infer", fake_request()));
  const auto answer = json_of(response);
  EXPECT_EQ(answer.at("model_version"), "2");
  EXPECT_EQ(answer.at("outputs").at(2).at("data"), Json::parse(R"(["one"])"));
  EXPECT_EQ(ask(*service, request_of("GET", "/v2/models/fake/versions/1")).status, 404);

  class OtherModel : public FakeModel {
   public:
    OtherModel() { facts_.contract.schema.rows = 3; }
    const ModelFacts& facts() const override { return facts_; }

   private:
    ModelFacts facts_ = fake_facts("3");
  };
  expect_error("model.mismatch", [&] { service->replace(std::make_shared<OtherModel>()); });
  EXPECT_EQ(service->model()->facts().identity.version, "2");
}

// The latest inputs as a profile.json, which `digits drift --profile` reads. The fake request has
// one image.
TEST_F(ServiceTest, GivesTheProfileOfItsInputs) {
  const auto service = make();
  const auto request = request_of("GET", "/v2/models/fake/profile");
  EXPECT_EQ(ask(*service, request).status, 404);
  EXPECT_THAT(ask(*service, request).body, testing::HasSubstr("profile.empty"));
  ask(*service, request_of("POST", "/v2/models/fake/infer", fake_request()));
  const auto document = json_of(ask(*service, request));
  EXPECT_EQ(document.at("schema"), kProfileSchema);
  const auto profile = parse_profile(document, service->model()->facts().contract.schema, "data");
  EXPECT_EQ(profile.count, 1U);
}

// The profile of many images takes long. The thread that reads requests does not compute it, so
// that other connections need not wait.
TEST_F(ServiceTest, ProfileIsComputedByAnotherThread) {
  const auto service = make();
  ask(*service, request_of("POST", "/v2/models/fake/infer", fake_request()));
  std::promise<std::pair<int, std::thread::id>> responded;
  service->handle(request_of("GET", "/v2/models/fake/profile"), [&](const HttpResponse& response) {
    responded.set_value({response.status, std::this_thread::get_id()});
  });
  const auto [status, thread] = responded.get_future().get();
  EXPECT_EQ(status, 200);
  EXPECT_NE(thread, std::this_thread::get_id());
}

// The request waits while another version is promoted.
TEST_F(ServiceTest, NamedVersionIsNotAnsweredByItsSuccessor) {
  const auto model = std::make_shared<GatedModel>();
  Service service({}, model);
  std::promise<HttpResponse> first, second;
  const auto send = [&](const std::string& path, std::promise<HttpResponse>& to) {
    service.handle(request_of("POST", path, fake_request()),
                   [&](HttpResponse response) { to.set_value(std::move(response)); });
  };
  send("/v2/models/fake/infer", first);
  model->wait_for_arrivals(1);
  send("/v2/models/fake/versions/1/infer", second);
  service.replace(std::make_shared<FakeModel>(1.0F, "2"));
  model->open();
  EXPECT_EQ(first.get_future().get().status, 200);
  const auto response = second.get_future().get();
  EXPECT_EQ(response.status, 404);
  EXPECT_THAT(response.body, testing::HasSubstr("model.unknown"));
}

// Each file of the page is sent whole, with its media type, and is asked for again after an update.
// The scripts are sent as one.
TEST_F(ServiceTest, SendsThePage) {
  const auto service = make();
  const auto file = [](const std::string& name) {
    return read_file(source_path("extras/serve/page/" + name));
  };
  using Sent = std::array<std::string, 3>;  // path, text, media type
  for (const auto& [path, text, type] :
       {Sent{"/", file("page.html"), "text/html"},
        Sent{"/page.js", file("answer.js") + file("paper.js"), "text/javascript"},
        Sent{"/page.css", file("page.css"), "text/css"}}) {
    const auto response = ask(*service, request_of("GET", path));
    EXPECT_EQ(response.body, text) << path;
    EXPECT_EQ(response.content_type, type + "; charset=utf-8");
    EXPECT_EQ(header(response, "Cache-Control"), "no-cache");
    EXPECT_EQ(header(response, "X-Content-Type-Options"), "nosniff");
    EXPECT_EQ(header(response, "Referrer-Policy"), "no-referrer");
  }
}

// The page may load its own two files and send requests to its own server, and nothing else.
TEST_F(ServiceTest, PageHasAStrictSecurityPolicy) {
  const auto service = make();
  for (const char* path : {"/", "/page.js", "/page.css"}) {
    const auto response = ask(*service, request_of("GET", path));
    EXPECT_EQ(response.status, 200) << path;
    EXPECT_THAT(header(response, "Content-Security-Policy"),
                testing::AllOf(testing::HasSubstr("default-src 'none'"),
                               testing::Not(testing::HasSubstr("unsafe"))))
        << path;
  }
  const auto html = ask(*service, request_of("GET", "/")).body;
  for (const char* outside : {"http://", "https://", "//cdn", "<script>", " style=", " onclick="}) {
    EXPECT_EQ(html.find(outside), std::string::npos) << outside;
  }
}

// Neither the log nor the metrics contain pixels.
TEST_F(ServiceTest, LogsNoPixels) {
  const TemporaryDirectory folder;
  ServiceOptions options;
  options.log = folder / "log";
  const auto service = make(options);
  ask(*service, request_of("POST", "/v2/models/fake/infer", fake_request("0.7654321")));
  ask(*service,
      request_of("POST", "/v2/models/fake/infer", fake_request("17654321.5")));  // rejected
  const auto log = read_file(options.log);
  EXPECT_THAT(log, testing::HasSubstr("\"status\":200"));
  EXPECT_THAT(log, testing::HasSubstr("\"error\":\"request.range\""));
  EXPECT_EQ(log.find("7654321"), std::string::npos);
}

}  // namespace
}  // namespace digits
