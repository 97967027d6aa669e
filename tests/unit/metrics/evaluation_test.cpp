#include "metrics/evaluation.h"

#include <cmath>

#include "base/rng.h"
#include "support/testing.h"
#include "unit/metrics/metric_of.h"

namespace digits {
namespace {

void expect_inside(const Quantity& quantity, double high, std::size_t n) {
  EXPECT_LE(0.0, quantity.low);
  EXPECT_LE(quantity.low, quantity.value);
  EXPECT_LE(quantity.value, quantity.high);
  EXPECT_LE(quantity.high, high);
  EXPECT_EQ(quantity.n, n);
}

// Degenerate cases come first, since metrics fail there. No value may be NaN or infinite, which
// JSON cannot hold.
void expect_finite(const Json& json) {
  const auto flat = json.flatten();
  for (const auto& [key, value] : flat.items()) {
    EXPECT_FALSE(value.is_number_float() && !std::isfinite(value.get<double>())) << key;
  }
  EXPECT_EQ(to_text(json, -1).find("null"), std::string::npos);
}

TEST(Evaluate, OfNoSamplesClaimsNothing) {
  const auto evaluation = evaluate_logits({}, {}, {"a", "b"});
  EXPECT_EQ(evaluation.accuracy.n, 0U);
  EXPECT_EQ(evaluation.accuracy.high, 1.0);
  EXPECT_EQ(evaluation.loss, 0.0);
  EXPECT_EQ(evaluation.per_class.size(), 2U);
  EXPECT_EQ(evaluation.class_scores.size(), 2U);
  EXPECT_EQ(metric_of(evaluation, "macro_roc_auc").n, 0U);
  EXPECT_EQ(metric_of(evaluation, "brier").high, 2.0);
  expect_finite(evaluation);
}

// One right sample proves little about the next one.
TEST(Evaluate, OfOneSampleIsUncertain) {
  const auto evaluation = evaluate_logits({2, 1}, {0}, {"a", "b"});
  EXPECT_EQ(metric_of(evaluation, "macro_f1").value, 1.0);
  EXPECT_EQ(metric_of(evaluation, "macro_f1").low, 0.0);
  EXPECT_EQ(metric_of(evaluation, "log_loss").low, 0.0);
  EXPECT_GT(metric_of(evaluation, "log_loss").high, 1e300);
  EXPECT_EQ(evaluation.class_scores[0].roc_auc.n, 0U);
  expect_finite(evaluation);
}

// With one class there is no ranking, and the absent class is not part of the means.
TEST(Evaluate, OfOneClassHasNoRankings) {
  const auto evaluation = evaluate_logits({3, 0, 2, 0, 1, 0}, {0, 0, 0}, {"a", "b"});
  EXPECT_EQ(metric_of(evaluation, "macro_f1").value, 1.0);
  EXPECT_EQ(metric_of(evaluation, "macro_roc_auc").n, 0U);
  EXPECT_EQ(evaluation.class_scores[0].average_precision.value, 1.0);
  EXPECT_EQ(evaluation.class_scores[1].average_precision.n, 0U);
  EXPECT_EQ(metric_of(evaluation, "macro_average_precision").value, 1.0);
  EXPECT_EQ(evaluate_logits({1, 1}, {0, 0}, {"only"}).top_k.size(), 1U);
  expect_finite(evaluation);
}

// A logit of NaN has no rank, and would make every metric NaN.
TEST(Evaluate, RejectsNonFiniteLogits) {
  for (const float bad : {NAN, INFINITY, -INFINITY}) {
    expect_error("checkpoint.not_finite", [&] {
      evaluate_logits({1, 0, 0, bad}, {0, 1}, {"a", "b"});
    });
  }
}

// Four samples, three right. The keys are those that the gates and the package read.
TEST(Evaluate, HasTheDocumentedKeys) {
  const auto evaluation = evaluate_logits({9, 0, 9, 0, 0, 9, 0, 9}, {0, 1, 1, 1}, {"zero", "one"});
  EXPECT_DOUBLE_EQ(evaluation.accuracy.value, 0.75);
  EXPECT_EQ(evaluation.accuracy.n, 4U);
  EXPECT_EQ(evaluation.confusion[1][0], 1U);
  EXPECT_THAT(evaluation.predictions, testing::ElementsAre(0, 0, 1, 1));
  const Json json = evaluation;
  EXPECT_EQ(json["per_class"].size(), 2U);
  EXPECT_EQ(json["per_class"][1]["class"], "one");
  EXPECT_TRUE(json["loss"].is_number() && json["per_class"][1]["f1"].is_number());
  EXPECT_EQ(json["log_loss"]["value"], json["loss"]);
  EXPECT_EQ(json["per_class"][1]["f1_interval"]["value"], json["per_class"][1]["f1"]);
  EXPECT_EQ(json["reliability"].size(), kReliabilityBins);
  EXPECT_FALSE(json.contains("fairness") || json.contains("baselines"));
}

// The metrics in the order of the documents, with the upper ends of their ranges: three are shown
// as percentages, and three are headlines of the report. Rows of your own may follow.
TEST(MetricTable, ListsEachMetric) {
  std::vector<std::string> rows;
  std::vector<double> highs;
  for (const auto& metric : metric_table()) {
    rows.push_back(std::string(metric.key) + ", " + metric.title +
                   (metric.is_share ? ", share" : "") +
                   (metric.on_report ? ", on the report" : ""));
    highs.push_back(metric.high);
  }
  ASSERT_GE(rows.size(), 8U);
  rows.resize(8);
  highs.resize(8);
  EXPECT_THAT(rows, testing::ElementsAre("macro_precision, macro precision, share",
                                         "macro_recall, macro recall, share",
                                         "macro_f1, macro F1, share, on the report",
                                         "log_loss, log loss, on the report", "brier, Brier score",
                                         "calibration_error, calibration error, on the report",
                                         "macro_roc_auc, macro ROC AUC",
                                         "macro_average_precision, macro average precision"));
  EXPECT_THAT(highs, testing::ElementsAre(1.0, 1.0, 1.0, kUnbounded, 2.0, 1.0, 1.0, 1.0));
}

double error_rate(const WeightedSamples& of) {
  double wrong = 0.0, all = 0.0;
  for (std::size_t i = 0; i < of.samples.labels.size(); ++i) {
    all += weight_of(of.weights, i);
    if (of.samples.labels[i] != of.samples.predictions[i]) wrong += weight_of(of.weights, i);
  }
  return wrong / all;
}

// The example of docs/architecture.md: an added row of the table is measured with its interval, and
// is in evaluation.json, where a gate finds it.
TEST(Evaluate, MeasuresAnAddedMetric) {
  auto table = metric_table();
  table.push_back({"error_rate", "error rate", 1.0, true, true, error_rate});
  const Json json =
      evaluate_logits({9, 0, 9, 0, 0, 9, 0, 9}, {0, 1, 1, 1}, {"zero", "one"}, {}, table);
  EXPECT_DOUBLE_EQ(json.at("error_rate").at("value").get<double>(), 0.25);
  EXPECT_EQ(json.at("error_rate").at("n"), 4);
  EXPECT_LT(json.at("error_rate").at("low").get<double>(), 0.25);
  EXPECT_GT(json.at("error_rate").at("high").get<double>(), 0.25);
}

// Logits of noise plus a signal for the label.
std::vector<float> hints(const std::vector<std::uint8_t>& labels, std::size_t classes) {
  Rng rng(test_seed(), Stream::kTest, 35);
  std::vector<float> logits;
  for (const auto label : labels) {
    for (std::size_t k = 0; k < classes; ++k) {
      logits.push_back(static_cast<float>(rng.normal() + (k == label ? 2.0 : 0.0)));
    }
  }
  return logits;
}

// Every quantity lies in its interval, and the interval in its range. The key changes only the
// intervals.
TEST(Evaluate, IntervalsContainTheirValues) {
  const auto set = random_dataset(300, 2, 2, 1, 3);
  const auto logits = hints(set.labels, 3);
  const auto evaluation = evaluate_logits(logits, set.labels, set.schema.class_names);
  for (const auto* quantity :
       {&metric_of(evaluation, "macro_precision"), &metric_of(evaluation, "macro_recall"),
        &metric_of(evaluation, "macro_f1"), &metric_of(evaluation, "calibration_error"),
        &metric_of(evaluation, "macro_roc_auc"), &metric_of(evaluation, "macro_average_precision"),
        &evaluation.class_scores[2].f1, &evaluation.class_scores[2].roc_auc,
        &evaluation.class_scores[2].average_precision}) {
    expect_inside(*quantity, 1.0, 300);
    EXPECT_LT(quantity->low, quantity->high);
  }
  expect_inside(metric_of(evaluation, "brier"), 2.0, 300);
  expect_inside(metric_of(evaluation, "log_loss"), kUnbounded, 300);
  EXPECT_LT(metric_of(evaluation, "log_loss").high, 2.0 * evaluation.loss);
  EXPECT_EQ(Json(evaluation), Json(evaluate_logits(logits, set.labels, set.schema.class_names)));
  const auto other = evaluate_logits(logits, set.labels, set.schema.class_names, {199, 5});
  EXPECT_EQ(metric_of(other, "macro_f1").value, metric_of(evaluation, "macro_f1").value);
  EXPECT_NE(metric_of(other, "log_loss").low, metric_of(evaluation, "log_loss").low);
}

// Each class has its own scores: class 0 has no signal in its logits, the others have one.
TEST(Evaluate, ScoresBelongToTheirClasses) {
  const auto set = random_dataset(900, 2, 2, 1, 3);
  auto logits = hints(set.labels, 3);
  Rng rng(test_seed(), Stream::kTest, 36);
  for (std::size_t i = 0; i < 900; ++i) logits[3 * i] = static_cast<float>(rng.normal());
  const auto evaluation = evaluate_logits(logits, set.labels, set.schema.class_names);
  const auto& scores = evaluation.class_scores;
  EXPECT_LT(scores[0].roc_auc.high, scores[1].roc_auc.low);
  EXPECT_LT(scores[0].average_precision.high, scores[2].average_precision.low);
  EXPECT_LT(scores[0].f1.high, scores[2].f1.low);
  EXPECT_NEAR(metric_of(evaluation, "macro_roc_auc").value,
              (scores[0].roc_auc.value + scores[1].roc_auc.value + scores[2].roc_auc.value) / 3.0,
              1e-12);
}

// Of 100 sets of 150 samples most intervals contain the value of a very large set: 95 of exact
// ones, and somewhat fewer of percentile intervals with so few samples.
TEST(Evaluate, IntervalsCoverTheTrueValue) {
  const auto large = random_dataset(20000, 2, 2, 1, 3);
  const auto all = hints(large.labels, 3);
  const auto truth = evaluate_logits(all, large.labels, large.schema.class_names, {0, 0});
  int covered = 0;
  for (std::size_t set = 0; set < 100; ++set) {
    const auto at = static_cast<std::ptrdiff_t>(set * 150);
    const std::vector<std::uint8_t> labels(large.labels.begin() + at,
                                           large.labels.begin() + at + 150);
    const std::vector<float> logits(all.begin() + 3 * at, all.begin() + 3 * at + 450);
    const auto score =
        evaluate_logits(logits, labels, large.schema.class_names, {99, set}).class_scores[1];
    const auto value = truth.class_scores[1].average_precision.value;
    covered += score.average_precision.low <= value && value <= score.average_precision.high;
  }
  EXPECT_GE(covered, 80);
}

}  // namespace
}  // namespace digits
