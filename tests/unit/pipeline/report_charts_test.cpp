// The place of each number, and the marks: each chart of the report is compared with one that is
// written by hand.
#include "pipeline/report_charts.h"

#include <gmock/gmock.h>

#include "report/chart.h"
#include "unit/pipeline/small_scores.h"

namespace digits {
namespace {

// Both losses by epoch on a logarithmic axis, and the accuracy with its interval.
TEST(TrainingCharts, PlotLossesAndAccuracyByEpoch) {
  const auto charts = training_charts(two_epochs());
  ASSERT_EQ(charts.size(), 2U);
  EXPECT_EQ(charts[0].name, "loss");
  EXPECT_EQ(charts[0].chart.text, draw(LineChart{"Loss",
                                                 {"epoch", Scale::kWhole},
                                                 {"nats", Scale::kLog},
                                                 {{"training", {{1, 0.5}, {2, 0.3}}, false},
                                                  {"validation", {{1, 0.4}, {2, 0.35}}, false}}})
                                      .text);
  EXPECT_EQ(charts[1].name, "accuracy");
  EXPECT_EQ(charts[1].chart.text,
            draw(LineChart{"Validation accuracy",
                           {"epoch", Scale::kWhole},
                           {"accuracy, 95 % interval", Scale::kPercent},
                           {{"", {{1, 0.8, 0.7, 0.9}, {2, 0.75, 0.65, 0.85}}, false}}})
                .text);
}

// Rows are the truth. Sample 0 is the only mistake: a cat that is called a dog.
TEST(EvaluationCharts, ShowTheConfusionMatrix) {
  const auto charts = evaluation_charts(two_class_scores(), kSixLabels);
  ASSERT_EQ(charts.size(), 5U);
  EXPECT_EQ(charts[0].name, "confusion");
  EXPECT_EQ(charts[0].chart.text,
            draw(ConfusionChart{"Confusion matrix", {"cat", "dog"}, {{4, 1}, {0, 1}}}).text);
}

// By its score, the dog is ranked first: one positive among six, found without a false positive. Of
// the cats four are ranked alike, then sample 0. Chance is a line of the ROC curves alone.
TEST(EvaluationCharts, PlotACurvePerClassAndChance) {
  const auto charts = evaluation_charts(two_class_scores(), kSixLabels);
  EXPECT_EQ(charts[1].name, "roc");
  const LineChart roc{"ROC, each class against the rest",
                      {"false positive rate", Scale::kLinear, {0.0, 1.0}},
                      {"true positive rate", Scale::kLinear, {0.0, 1.0}},
                      {{"cat", {{0.0, 0.0}, {0.0, 0.8}, {0.0, 1.0}, {1.0, 1.0}}, false},
                       {"dog", {{0.0, 0.0}, {0.0, 1.0}, {0.2, 1.0}, {1.0, 1.0}}, false},
                       {"chance", {{0.0, 0.0}, {1.0, 1.0}}, true}}};
  EXPECT_EQ(charts[1].chart.text, draw(roc).text);
  EXPECT_EQ(charts[2].name, "precision_recall");
  const LineChart precision{
      "Precision and recall, each class against the rest",
      {"recall", Scale::kLinear, {0.0, 1.0}},
      {"precision", Scale::kLinear, {0.0, 1.0}},
      {{"cat", {{0.0, 1.0}, {0.8, 1.0}, {1.0, 1.0}, {1.0, 5.0 / 6.0}}, false},
       {"dog", {{0.0, 1.0}, {1.0, 1.0}, {1.0, 0.5}, {1.0, 1.0 / 6.0}}, false}}};
  EXPECT_EQ(charts[2].chart.text, draw(precision).text);
}

// The slice of the lowest accuracy of all is marked, and no other: "small" has 1 of 2.
TEST(EvaluationCharts, MarkTheWorstSlice) {
  const auto scores = two_class_scores();
  const auto charts = evaluation_charts(scores, kSixLabels);
  const auto& size = scores.fairness.groups.at(0).slices;
  const auto& tone = scores.fairness.groups.at(1).slices;
  EXPECT_EQ(charts[4].name, "slices");
  EXPECT_EQ(charts[4].chart.text, draw(DotChart{"Accuracy by slice",
                                                {"accuracy, 95 % interval", Scale::kPercent},
                                                {{"size small", size.at(0).accuracy, true},
                                                 {"size large", size.at(1).accuracy, false},
                                                 {"tone dark", tone.at(0).accuracy, false},
                                                 {"tone light", tone.at(1).accuracy, false}}})
                                      .text);
}

// A bin's own numbers, with the count of its images.
TEST(EvaluationCharts, ShowTheReliability) {
  const auto scores = two_class_scores();
  ReliabilityChart expected{"Reliability", {}};
  for (const auto& bin : scores.reliability) {
    expected.bins.push_back({bin.low, bin.high, bin.confidence, bin.accuracy});
  }
  const auto charts = evaluation_charts(scores, kSixLabels);
  EXPECT_EQ(charts[3].name, "reliability");
  EXPECT_EQ(charts[3].chart.text, draw(expected).text);
}

}  // namespace
}  // namespace digits
