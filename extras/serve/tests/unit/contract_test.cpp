// Requests and responses as a contract: they fit the committed JSON Schemas, and other documents
// do not.
#include <openssl/evp.h>

#include <limits>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/files.h"
#include "base/json.h"
#include "serve/end_connection.h"
#include "serve/http_status.h"
#include "support/fake_model.h"
#include "support/program.h"
#include "support/service_calls.h"
#include "support/testing.h"

namespace digits {
namespace {

constexpr const char* kInferPath = "/v2/models/fake/infer";

using Places = std::set<std::string>;

// The places of all members of objects; in an array, of its first element.
void add_members(const Json& value, const std::string& place, Places& all) {
  if (value.is_array() && !value.empty()) add_members(value.at(0), place + "/0", all);
  if (!value.is_object()) return;
  for (const auto& [key, member] : value.items()) {
    all.insert(place + "/" + key);
    add_members(member, place + "/" + key, all);
  }
}

// The schema accepts the document. It accepts none with another member, none with a member of
// another type, and none without a member, unless that is optional.
void expect_contract(const Json& document, const std::string& schema, const Places& optional = {}) {
  EXPECT_TRUE(fits(document.dump(), schema)) << document;
  Places members;
  add_members(document, "", members);
  EXPECT_FALSE(members.empty());
  for (const auto& place : members) {
    const Json::json_pointer pointer(place);
    auto changed = document, shorter = document, longer = document;
    changed[pointer] = Json{{"other", 1}};
    shorter.at(pointer.parent_pointer()).erase(pointer.back());
    longer.at(pointer.parent_pointer())["other"] = 1;
    EXPECT_FALSE(fits(changed.dump(), schema)) << place;
    EXPECT_EQ(fits(shorter.dump(), schema), optional.count(place) > 0) << place;
    EXPECT_FALSE(fits(longer.dump(), schema)) << place;
  }
}

// The document with this value at the place.
std::string with_value(Json document, const std::string& place, const Json& value) {
  document[Json::json_pointer(place)] = value;
  return document.dump();
}

std::string in_base64(const std::string& bytes) {
  std::string text(4 * ((bytes.size() + 2) / 3) + 1, '\0');  // with the NUL of EVP_EncodeBlock
  const int length = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                                     reinterpret_cast<const unsigned char*>(bytes.data()),
                                     static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(length));
  return text;
}

// A request for one picture of a digit.
std::string picture_request(const std::string& outputs) {
  const auto file = read_file(source_path("data/fixtures/digits/7-small.png"));
  return R"({"inputs":[{"name":"picture","shape":[1],"datatype":"BYTES","parameters":{"one":true},)"
         R"("data":[")" +
         in_base64(file) + R"("]}],"outputs":)" + outputs + "}";
}

// A request for eight images of four pixels.
std::string request_of_eight() {
  std::string data = "1";
  for (int i = 1; i < 32; ++i) data += ",1";
  return R"({"inputs":[{"name":"images","shape":[8,1,2,2],"datatype":"FP32","data":[)" + data +
         "]}]}";
}

// Requests and responses match the committed schemas, also for errors.
TEST_F(ServiceTest, ConformsToTheSchemas) {
  const auto service = make();
  const std::vector<std::string> good{
      fake_request(),
      R"({"id":"x","inputs":[{"name":"pixels","shape":[1,1,2,2],"datatype":"UINT8",
          "data":[[[[0,1],[2,3]]]]}],"outputs":[{"name":"label"},{"name":"logits",
          "parameters":{"classification":2}}]})"};
  for (const auto& body : good) {
    EXPECT_TRUE(fits(body, "request")) << body;
    const auto response = ask(*service, request_of("POST", "/v2/models/fake/infer", body));
    EXPECT_EQ(response.status, 200) << response.body;
    EXPECT_TRUE(fits(response.body, "response")) << response.body;
  }
  for (const char* body : {"{}", R"({"inputs":[]})", R"({"inputs":[{"name":"images"}]})",
                           R"({"inputs":[{"name":"images","shape":[1,1,2,2],"datatype":"FP32",
                               "data":[0,0,0,0]}],"ids":"x"})"}) {
    EXPECT_FALSE(fits(body, "request")) << body;
    const auto response = ask(*service, request_of("POST", "/v2/models/fake/infer", body));
    EXPECT_EQ(response.status, 400) << body;
    EXPECT_TRUE(fits(response.body, "response")) << response.body;
  }
  EXPECT_FALSE(fits(R"({"error":"what?"})", "response"));
}

// Each form of an answer: numbers, classes, pixels and the pixels of a picture.
TEST_F(ServiceTest, AnswersFitTheirSchema) {
  const auto service = make();
  const auto answer = [&](const std::string& body) {
    EXPECT_TRUE(fits(body, "request")) << body;
    const auto response = ask(*service, request_of("POST", kInferPath, body));
    EXPECT_EQ(response.status, 200) << response.body;
    return json_of(response);
  };
  const auto of = [](const std::string& outputs) {
    return R"({"id":"x","outputs":)" + outputs + "," + fake_request().substr(1);
  };
  const auto numbers = answer(of(R"([{"name":"probabilities"}])"));
  const auto classes = answer(of(R"([{"name":"logits","parameters":{"classification":2}}])"));
  const auto pixels = answer(picture_request(R"([{"name":"pixels"},{"name":"label"}])"));
  expect_contract(numbers, "response", {"/id"});
  expect_contract(classes, "response", {"/id"});
  expect_contract(pixels, "response");
  EXPECT_EQ(classes.at("outputs").at(0).at("data"), Json::parse(R"(["2:0:zero","1:1:one"])"));
  EXPECT_EQ(pixels.at("outputs").at(0).at("shape"), Json::parse("[1,1,2,2]"));
  const std::string first = "/outputs/0/data/0";
  EXPECT_FALSE(fits(with_value(numbers, first, "1"), "response"));
  EXPECT_FALSE(fits(with_value(classes, first, 1), "response"));
  EXPECT_FALSE(fits(with_value(pixels, first, 256), "response"));
  EXPECT_FALSE(fits(with_value(pixels, first, 0.5), "response"));
  EXPECT_FALSE(fits(with_value(numbers, "/outputs", Json::array()), "response"));
  EXPECT_FALSE(fits(with_value(numbers, "/outputs/0/shape", Json::array()), "response"));
}

// The JSON before the tensors of the binary extension, of a request and of its response.
TEST_F(ServiceTest, BinaryMessagesFitTheirSchemas) {
  const auto service = make();
  const std::string json =
      R"({"parameters":{"binary_data_output":true},"inputs":[{"name":"pixels","shape":[1,1,2,2],)"
      R"("datatype":"UINT8","parameters":{"binary_data_size":4}}]})";
  EXPECT_TRUE(fits(json, "request"));
  auto request = request_of("POST", kInferPath, json + "abcd");
  request.header_length = std::to_string(json.size());
  const auto response = ask(*service, request);
  ASSERT_EQ(response.status, 200) << response.body;
  const auto length = std::stoul(header(response, "Inference-Header-Content-Length"));
  const auto document = Json::parse(response.body.substr(0, length));
  ASSERT_TRUE(fits(document.dump(), "response")) << document;
  expect_contract(document, "response");
  std::size_t bytes = 0;
  for (const auto& output : document.at("outputs")) {
    bytes += output.at("parameters").at("binary_data_size").get<std::size_t>();
  }
  EXPECT_EQ(length + bytes, response.body.size());
  EXPECT_FALSE(fits(with_value(document, "/outputs/0/data", Json::parse("[1.0,2.0]")), "response"));
}

// The error of each status that a request may get.
TEST_F(ServiceTest, ErrorsFitTheirSchema) {
  ServiceOptions options;
  options.token = "0123456789abcdef";
  Service service(options, std::make_shared<FakeModel>(std::numeric_limits<float>::quiet_NaN()));
  service.not_ready();
  const auto known = [&](const char* method, const std::string& path, const std::string& body) {
    auto request = request_of(method, path, body);
    request.authorization = "Bearer " + options.token;
    return request;
  };
  auto unsized = known("POST", kInferPath, fake_request());
  unsized.has_length = false;
  auto typed = known("POST", kInferPath, fake_request());
  typed.content_type = "image/png";
  const std::string nine =
      R"({"inputs":[{"name":"images","shape":[9,1,2,2],"datatype":"FP32","data":[0]}]})";
  const std::vector<std::pair<int, HttpRequest>> all{
      {400, known("POST", kInferPath, "{")},
      {401, request_of("GET", "/v2")},
      {404, known("GET", "/v2/models/other", "")},
      {405, known("GET", kInferPath, "")},
      {411, unsized},
      {413, known("POST", kInferPath, nine)},
      {415, typed},
      {500, known("POST", kInferPath, fake_request())},
      {503, known("GET", "/v2/health/ready", "")},
  };
  for (const auto& [status, request] : all) {
    const auto response = ask(service, request);
    EXPECT_EQ(response.status, status);
    expect_contract(json_of(response), "response");
  }
  expect_contract(json_of(error_response_of(timeout_error())), "response");
  EXPECT_FALSE(fits(R"({"error":"what?"})", "response"));
}

// The statistics with each of their parts: drift, true labels, a shadow and a canary.
TEST_F(ServiceTest, StatisticsFitTheirSchema) {
  ServiceOptions options;
  options.drift_window = 50;
  options.rollout.shadow = std::make_shared<FakeModel>(9.0F, "shadow");
  options.rollout.canary = std::make_shared<FakeModel>(9.0F, "canary");
  options.rollout.canary_share = 0.0;
  const auto service = make(options);
  auto request = request_of("POST", kInferPath, request_of_eight());
  request.request_id = "mine";
  for (int i = 0; i < 7; ++i) EXPECT_EQ(ask(*service, request).status, 200);
  const std::string labels = R"(["one","one","one","one","one","one","one","one"])";
  const auto feedback =
      request_of("POST", "/v2/models/fake/feedback", R"({"id":"mine","label":)" + labels + "}");
  EXPECT_TRUE(fits(feedback.body, "feedback"));
  EXPECT_EQ(ask(*service, feedback).status, 200);
  service->rollout().wait_until_idle();
  const std::string model = "/model_stats/0";
  const Json::json_pointer tests(model + "/drift/tests");
  Json stats;
  // Once, or again if the observer's thread has just published a check of fewer images.
  for (int i = 0; i < 100 && (i == 0 || stats.at(tests).empty()); ++i) {
    service->observer().publish(service->observer().check_drift());
    stats = json_of(ask(*service, request_of("GET", "/v2/models/fake/stats")));
  }
  EXPECT_FALSE(stats.at(tests).empty());
  expect_contract(stats, "stats",
                  {model + "/shadow", model + "/canary", model + "/feedback/models/1",
                   model + "/feedback/models/shadow"});
  EXPECT_TRUE(fits(with_value(stats, model + "/canary/reason", "errors"), "stats"));
  EXPECT_FALSE(fits(with_value(stats, model + "/canary/state", "asleep"), "stats"));
  EXPECT_FALSE(fits(with_value(stats, model + "/drift/state", "unknown"), "stats"));
  EXPECT_FALSE(fits(with_value(stats, model + "/inference_count", -1), "stats"));
  EXPECT_FALSE(fits(with_value(stats, model + "/shadow/agreement/high", 1.5), "stats"));
  const auto alone = make();
  const auto fewer = json_of(ask(*alone, request_of("GET", "/v2/models/fake/stats")));
  expect_contract(fewer, "stats");
}

// A server that is ready, and one that stops.
TEST_F(ServiceTest, RepositoryIndexFitsItsSchema) {
  const auto service = make();
  const auto request = request_of("POST", "/v2/repository/index");
  expect_contract(json_of(ask(*service, request)), "index");
  service->not_ready();
  const auto stopping = json_of(ask(*service, request));
  expect_contract(stopping, "index");
  EXPECT_FALSE(fits(with_value(stopping, "/0/state", "ASLEEP"), "index"));
  EXPECT_FALSE(fits("[]", "index"));
}

TEST_F(ServiceTest, FeedbackFitsItsSchemas) {
  const auto service = make();
  auto request = request_of("POST", kInferPath, fake_request());
  request.request_id = "mine";
  ask(*service, request);
  const std::string body = R"({"id":"mine","label":"one"})";
  expect_contract(Json::parse(body), "feedback");
  const auto response = ask(*service, request_of("POST", "/v2/models/fake/feedback", body));
  EXPECT_EQ(response.status, 200);
  expect_contract(json_of(response), "feedback_response");
  EXPECT_FALSE(fits(R"({"id":"mine","labels":-1})", "feedback_response"));
}

}  // namespace
}  // namespace digits
