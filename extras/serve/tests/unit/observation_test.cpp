// Records of requests: log lines, metrics, statistics.
#include <limits>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "base/files.h"
#include "base/json.h"
#include "base/statistics.h"
#include "serve/metadata.h"
#include "serve/metrics.h"
#include "serve/request_log.h"
#include "serve/rollout.h"
#include "support/fake_model.h"
#include "support/testing.h"

namespace digits {
namespace {

// The samples of a text in Prometheus' format, by name and labels.
std::map<std::string, double> samples(const std::string& text) {
  std::map<std::string, double> all;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.empty() || line[0] == '#') continue;
    const auto blank = line.rfind(' ');
    all[line.substr(0, blank)] = std::stod(line.substr(blank + 1));
  }
  return all;
}

// The upper ends of the buckets of a histogram; of one by role, of the live model's.
std::vector<double> bucket_ends(const std::string& text, const std::string& histogram) {
  std::vector<double> ends;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const auto end = line.rfind("le=\"");  // behind role="live"
    if (line.rfind(histogram + "_bucket{", 0) != 0 || end == std::string::npos) continue;
    if (line.find("role=\"canary\"") != std::string::npos) continue;
    ends.push_back(std::stod(line.substr(end + 4)));
  }
  return ends;
}

Inference inference_of(std::size_t batch) {
  Inference inference;
  inference.batch = batch;
  inference.queued = std::chrono::milliseconds(2);
  inference.computed = std::chrono::milliseconds(6);
  return inference;
}

// The keys that dashboards and alert rules rely on.
TEST(RequestLog, LineDescribesTheRequest) {
  RequestRecord record;
  record.id = "r-1";
  record.method = "POST";
  record.path = "/v2/models/m/infer";
  record.status = 200;
  record.milliseconds = 1.23456;
  record.version = "3";
  record.images = 2;
  record.batch = 5;
  record.queue_milliseconds = 0.5;
  record.compute_milliseconds = 0.25;
  EXPECT_EQ(log_line(record),
            R"({"id":"r-1","method":"POST","path":"/v2/models/m/infer","status":200,"ms":1.235,)"
            R"("version":"3","images":2,"batch":5,"queue_ms":0.5,"compute_ms":0.25})");
}

TEST(RequestLog, LineOfARejectionHasItsCode) {
  RequestRecord record;
  record.id = "r-2";
  record.method = "GET";
  record.path = "/\n\x1b[2J";
  record.status = 404;
  record.error = "route.unknown";
  const auto line = log_line(record);
  EXPECT_THAT(line, testing::HasSubstr(R"("status":404,"error":"route.unknown","ms":0.0})"));
  EXPECT_EQ(line.find('\n'), std::string::npos);
  EXPECT_EQ(line.find('\x1b'), std::string::npos);
}

// Lines are complete objects with a time, and are in the file when the call returns.
TEST(RequestLog, AddsLinesToAFile) {
  const TemporaryDirectory folder;
  const auto path = folder / "requests.jsonl";
  write_file(path, "{\"before\":1}\n");
  RequestLog log(path);
  RequestRecord record;
  record.id = "a";
  log.write(record);
  log.write(record);
  std::istringstream lines(read_file(path));
  std::string line;
  std::getline(lines, line);
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(std::getline(lines, line));
    const auto json = Json::parse(line);
    EXPECT_EQ(json.at("id"), "a");
    EXPECT_THAT(json.at("time").get<std::string>(),
                testing::MatchesRegex("....-..-..T..:..:...*Z"));
  }
  EXPECT_FALSE(std::getline(lines, line));
  expect_error("output.unwritable", [] { RequestLog("/dev/null/requests"); });
}

// Every count under the name and labels that protocol.md gives it.
TEST(Metrics, CountRequestsAndPredictions) {
  const FakeModel model;
  Metrics metrics(model.facts());
  for (int i = 0; i < 3; ++i) metrics.request_started();
  metrics.request_ended("infer", 200, 0.002);
  metrics.request_ended("infer", 503, 0.001);
  metrics.inferred(inference_of(5), {1, 0, 1}, {0.9, 0.6, 0.99});
  const auto seen = samples(metrics.text(17));
  EXPECT_EQ(seen.at("digits_requests_in_flight"), 1);
  EXPECT_EQ(seen.at(R"(digits_requests_total{endpoint="infer",status="200"})"), 1);
  EXPECT_EQ(seen.at(R"(digits_requests_total{endpoint="infer",status="503"})"), 1);
  EXPECT_EQ(seen.at("digits_queue_images"), 17);
  EXPECT_EQ(seen.at(R"(digits_predictions_total{class="one",role="live"})"), 2);
  EXPECT_EQ(seen.at(R"(digits_predictions_total{class="zero",role="live"})"), 1);
  EXPECT_EQ(seen.at("digits_request_seconds_count"), 2);
  EXPECT_DOUBLE_EQ(seen.at("digits_queue_seconds_sum"), 0.002);
  EXPECT_DOUBLE_EQ(seen.at(R"(digits_compute_seconds_sum{role="live"})"), 0.006);
  EXPECT_EQ(seen.at(R"(digits_batch_images_sum{role="live"})"), 5);
  EXPECT_EQ(seen.at(R"(digits_confidence_bucket{role="live",le="0.9"})"), 2);
}

// A quantile on a dashboard is as exact as these buckets, of times in seconds, of images and of
// probabilities.
TEST(Metrics, HaveTheirBuckets) {
  const FakeModel model;
  Metrics metrics(model.facts());
  const auto text = metrics.text(0);
  constexpr double kRest = std::numeric_limits<double>::infinity();
  const std::vector<double> seconds{0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025,
                                    0.05,   0.1,     0.25,   0.5,   1.0,    2.5,   kRest};
  const std::vector<double> images{1, 2, 4, 8, 16, 32, 64, 128, 256, kRest};
  const std::vector<double> shares{0.1, 0.2, 0.3,  0.4,  0.5, 0.6,  0.7,
                                   0.8, 0.9, 0.95, 0.99, 1.0, kRest};
  EXPECT_EQ(bucket_ends(text, "digits_request_seconds"), seconds);
  EXPECT_EQ(bucket_ends(text, "digits_queue_seconds"), seconds);
  EXPECT_EQ(bucket_ends(text, "digits_compute_seconds"), seconds);
  EXPECT_EQ(bucket_ends(text, "digits_batch_images"), images);
  EXPECT_EQ(bucket_ends(text, "digits_confidence"), shares);
}

// A slow or doubtful canary does not hide in the live model's numbers.
TEST(Metrics, SeparateTheCanary) {
  const FakeModel model;
  Metrics metrics(model.facts());
  auto inference = inference_of(1);
  inference.by_canary = true;
  metrics.inferred(inference, {1}, {0.6});
  const auto seen = samples(metrics.text(0));
  EXPECT_EQ(seen.at(R"(digits_predictions_total{class="one",role="live"})"), 0);
  EXPECT_EQ(seen.at(R"(digits_predictions_total{class="one",role="canary"})"), 1);
  EXPECT_EQ(seen.at(R"(digits_compute_seconds_count{role="live"})"), 0);
  EXPECT_EQ(seen.at(R"(digits_compute_seconds_count{role="canary"})"), 1);
  EXPECT_EQ(seen.at(R"(digits_confidence_count{role="canary"})"), 1);
}

TEST(Metrics, NameTheModelInUse) {
  const FakeModel first(1, "1"), second(1, "2");
  Metrics metrics(first.facts());
  metrics.live_model(second.facts());
  metrics.model_loaded("shadow");
  metrics.model_failed("canary");
  const auto seen = samples(metrics.text(0));
  const auto info = [&](const std::string& version) {
    for (const auto& [name, value] : seen) {
      const bool is = name.find("digits_model_info") == 0 &&
                      name.find("version=\"" + version + "\"") != std::string::npos;
      if (is) return value;
    }
    return -1.0;
  };
  EXPECT_EQ(info("1"), 0);
  EXPECT_EQ(info("2"), 1);
  EXPECT_EQ(seen.at(R"(digits_model_loads_total{outcome="loaded",role="shadow"})"), 1);
  EXPECT_EQ(seen.at(R"(digits_model_loads_total{outcome="failed",role="canary"})"), 1);
  EXPECT_EQ(seen.at(R"(digits_model_loads_total{outcome="failed",role="live"})"), 0);
}

// Only the serving model's data count, and only if their day is known.
TEST(Metrics, TellTheDayOfTheData) {
  auto facts = fake_facts("1");
  facts.data_date = "1970-01-11";
  Metrics metrics(facts);
  const auto name = [](const char* version) {
    return std::string("digits_model_data_timestamp_seconds{version=\"") + version + "\"}";
  };
  EXPECT_EQ(samples(metrics.text(0)).at(name("1")), 864000);
  facts = fake_facts("2");
  facts.data_date = "1970-01-12";
  metrics.live_model(facts);
  EXPECT_EQ(samples(metrics.text(0)).count(name("1")), 0U);
  EXPECT_EQ(samples(metrics.text(0)).at(name("2")), 950400);
  metrics.live_model(fake_facts("3"));
  EXPECT_THAT(metrics.text(0), testing::Not(testing::HasSubstr("timestamp_seconds{")));
}

// One state at a time is 1.
TEST(Metrics, ReportInputDrift) {
  const FakeModel model;
  Metrics metrics(model.facts());
  EXPECT_EQ(samples(metrics.text(0)).at(R"(digits_drift_state{state="too_few"})"), 1);
  DriftTest test;
  test.feature = "aspect";
  test.effect = 0.25;
  test.p = 0.001;
  metrics.drift(DriftState::kDrifting, {test});
  const auto seen = samples(metrics.text(0));
  EXPECT_EQ(seen.at(R"(digits_drift_state{state="too_few"})"), 0);
  EXPECT_EQ(seen.at(R"(digits_drift_state{state="ok"})"), 0);
  EXPECT_EQ(seen.at(R"(digits_drift_state{state="drifting"})"), 1);
  EXPECT_EQ(seen.at(R"(digits_drift_effect{feature="aspect"})"), 0.25);
  EXPECT_EQ(seen.at(R"(digits_drift_p{feature="aspect"})"), 0.001);
  metrics.drift(DriftState::kTooFew, {});  // another model: its inputs have no distance yet
  EXPECT_THAT(metrics.text(0), testing::Not(testing::HasSubstr("{feature=")));
}

// Every count of the models beside the live one and of the true labels, under the name and labels
// that protocol.md gives it. After a rollback the canary has the other state.
TEST(Metrics, ReportTheRollout) {
  const FakeModel model;
  Metrics metrics(model.facts());
  ShadowCounts shadow;
  shadow.agreed = 30;
  shadow.differed = 10;
  shadow.dropped = 4;
  shadow.failed = 5;
  shadow.live_seconds = 2.0;
  shadow.shadow_seconds = 3.0;
  CanaryCounts canary;
  canary.requests = 20;
  canary.failed = 3;
  canary.disagreement = {0.25, 0.125, 0.5, 50};
  canary.compared.agreed = 15;
  canary.compared.differed = 6;
  canary.compared.dropped = 1;
  RolloutCounts counts;
  counts.shadow = shadow;
  counts.canary = canary;
  counts.feedback.labels = 40;
  counts.feedback.unknown = 7;
  counts.feedback.models["1"] = {8, 9, {}};
  counts.feedback.pairs[{"1", "2"}] = {11, 12, 13, 14};
  counts.live = LiveAccuracy{"1", {0.5, 0.25, 0.75, 200}, {}, AccuracyState::kOk};
  metrics.rollout(counts);
  std::map<std::string, double> seen;
  for (const auto& [name, value] : samples(metrics.text(0))) {
    for (const char* part : {"digits_shadow", "digits_canary", "digits_feedback", "digits_live"}) {
      if (name.rfind(part, 0) == 0) seen[name] = value;
    }
  }
  EXPECT_NEAR(seen["digits_shadow_agreement_low"], proportion(30, 40).low, 1e-9);
  seen.erase("digits_shadow_agreement_low");
  const std::map<std::string, double> expected{
      {R"(digits_shadow_images{outcome="agreed"})", 30.0},
      {R"(digits_shadow_images{outcome="differed"})", 10.0},
      {R"(digits_shadow_images{outcome="dropped"})", 4.0},
      {R"(digits_shadow_images{outcome="failed"})", 5.0},
      {"digits_shadow_slowdown", 1.5},
      {R"(digits_canary_state{state="answering"})", 1.0},
      {R"(digits_canary_state{state="rolled_back"})", 0.0},
      {R"(digits_canary_requests{outcome="answered"})", 17.0},
      {R"(digits_canary_requests{outcome="failed"})", 3.0},
      {R"(digits_canary_images{outcome="agreed"})", 15.0},
      {R"(digits_canary_images{outcome="differed"})", 6.0},
      {R"(digits_canary_images{outcome="dropped"})", 1.0},
      {"digits_canary_disagreement_low", 0.125},
      {"digits_feedback_labels", 40.0},
      {"digits_feedback_unknown", 7.0},
      {R"(digits_feedback_images{outcome="right",version="1"})", 8.0},
      {R"(digits_feedback_images{outcome="wrong",version="1"})", 9.0},
      {R"(digits_feedback_pairs{answered="1",compared="2",outcome="both_right"})", 11.0},
      {R"(digits_feedback_pairs{answered="1",compared="2",outcome="both_wrong"})", 12.0},
      {R"(digits_feedback_pairs{answered="1",compared="2",outcome="answered_only"})", 13.0},
      {R"(digits_feedback_pairs{answered="1",compared="2",outcome="compared_only"})", 14.0},
      {R"(digits_live_accuracy_state{state="too_few"})", 0.0},
      {R"(digits_live_accuracy_state{state="ok"})", 1.0},
      {R"(digits_live_accuracy_state{state="dropped"})", 0.0},
      {"digits_live_wrong_share_low", 0.25}};
  EXPECT_EQ(seen, expected);
  counts.canary->rollback = "errors";
  metrics.rollout(counts);
  const auto later = samples(metrics.text(0));
  EXPECT_EQ(later.at(R"(digits_canary_state{state="answering"})"), 0.0);
  EXPECT_EQ(later.at(R"(digits_canary_state{state="rolled_back"})"), 1.0);
}

// Triton's numbers: images, calls of the engine, and times in nanoseconds. The time of a request is
// that in the queue, 2 ms, and that of its computation, 6 ms. All of them start at zero: there was
// no last answer.
TEST(ModelStats, CountInferences) {
  const FakeModel model;
  ModelStats stats;
  const auto fresh = stats.document(model.facts(), {}).at("model_stats").at(0);
  for (const char* key : {"last_inference", "inference_count", "execution_count"}) {
    EXPECT_EQ(fresh.at(key), 0) << key;
  }
  for (const char* key : {"success", "fail", "queue", "compute_infer"}) {
    EXPECT_EQ(fresh.at("inference_stats").at(key).at("count"), 0) << key;
    EXPECT_EQ(fresh.at("inference_stats").at(key).at("ns"), 0) << key;
  }
  EXPECT_EQ(fresh.at("drift").at("count"), 0);
  EXPECT_EQ(fresh.at("drift").at("reference_count"), 400);
  stats.add(inference_of(4), 3);  // three of four images of one call, and the fourth
  stats.add(inference_of(4), 1);
  auto failed = inference_of(0);
  failed.error = Error("image.blank", "x", "y");
  stats.add(failed, 1);
  auto document = stats.document(model.facts(), {});
  auto& last = document.at("model_stats").at(0).at("last_inference");
  EXPECT_GT(last, 0);
  last = 0;
  const auto expected = Json::parse(R"({"model_stats":[{
      "name":"fake","version":"1","last_inference":0,"inference_count":4,"execution_count":1,
      "inference_stats":{"success":{"count":2,"ns":16000000},"fail":{"count":1,"ns":8000000},
                         "queue":{"count":2,"ns":4000000},
                         "compute_infer":{"count":2,"ns":12000000}},
      "drift":{"state":"too_few","count":0,"reference_count":400,"tests":[]}}]})");
  EXPECT_EQ(document, expected);
}

// The whole document: -1 is an open number of images.
TEST(ModelMetadata, DescribeInputsAndOutputs) {
  EXPECT_EQ(model_metadata(FakeModel().facts()), Json::parse(R"({
      "name":"fake","versions":["1"],"platform":"digits_fake",
      "inputs":[{"name":"images","datatype":"FP32","shape":[-1,1,2,2]},
                {"name":"pixels","datatype":"UINT8","shape":[-1,1,2,2]},
                {"name":"picture","datatype":"BYTES","shape":[-1]}],
      "outputs":[{"name":"logits","datatype":"FP32","shape":[-1,2]},
                 {"name":"probabilities","datatype":"FP32","shape":[-1,2]},
                 {"name":"label","datatype":"BYTES","shape":[-1]},
                 {"name":"pixels","datatype":"UINT8","shape":[-1,1,2,2]}],
      "parameters":{"class_names":["zero","one"],"max_images":8,"normal_form":false}})"));
}

}  // namespace
}  // namespace digits
