#include "serve/metrics.h"

#include <limits>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "base/statistics.h"
#include "serve/rollout.h"
#include "support/fake_model.h"
#include "support/observed.h"
#include "support/testing.h"

namespace digits {
namespace {

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

// Prometheus' rate() sees no increase in the first sample of a series. So the series of the alert
// on errors exist before the first request, and no others.
TEST(Metrics, StartTheSeriesOfTheErrorAlertAtZero) {
  const FakeModel model;
  Metrics metrics(model.facts());
  std::map<std::string, double> requests;
  for (const auto& [name, value] : samples(metrics.text(0))) {
    if (name.rfind("digits_requests_total", 0) == 0) requests[name] = value;
  }
  const std::map<std::string, double> expected{
      {R"(digits_requests_total{endpoint="infer",status="200"})", 0.0},
      {R"(digits_requests_total{endpoint="infer",status="500"})", 0.0},
      {R"(digits_requests_total{endpoint="infer",status="503"})", 0.0}};
  EXPECT_EQ(requests, expected);
}

// A quantile on a dashboard is as exact as these buckets, of times in seconds, of images and of
// probabilities.
TEST(Metrics, HaveTheirBuckets) {
  const FakeModel model;
  Metrics metrics(model.facts());
  const auto text = metrics.text(0);
  constexpr double kRest = std::numeric_limits<double>::infinity();
  const std::vector<double> request_ends{0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025,
                                         0.05,   0.1,     0.25,   0.5,   1.0,    2.5,   kRest};
  const std::vector<double> images{1, 2, 4, 8, 16, 32, 64, 128, 256, kRest};
  const std::vector<double> shares{0.1, 0.2, 0.3,  0.4,  0.5, 0.6,  0.7,
                                   0.8, 0.9, 0.95, 0.99, 1.0, kRest};
  EXPECT_EQ(bucket_ends(text, "digits_request_seconds"), request_ends);
  EXPECT_EQ(bucket_ends(text, "digits_queue_seconds"), request_ends);
  EXPECT_EQ(bucket_ends(text, "digits_compute_seconds"), request_ends);
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

}  // namespace
}  // namespace digits
