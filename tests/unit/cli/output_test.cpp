#include "cli/output.h"

#include <string>
#include <utility>
#include <vector>

#include "support/testing.h"

namespace digits {
namespace {

std::vector<Gate> three_gates() {
  return judge({{"accuracy", Quantity{0.99, 0.98, 1.0, 500}},
                {"recall", proportion(34, 34)},
                {"behaviour", {{"functionality", {{"canonical", proportion(45, 90)}}}}}},
               {{"accuracy", 0.9, true, "first"},
                {"recall", 0.9, true, "second"},
                {"behaviour/functionality/canonical", 0.9, true, "third", false, true}});
}

// A row per gate, as wide as the longest metric, with verdict and reason. An undecided gate has the
// number of images that it needs, and a failed gate with a bound for digits a note.
TEST(GateTable, ShowsVerdictsAndReasons) {
  EXPECT_EQ(gate_table(three_gates()),
            "metric                             observed, 95 % interval        n      bound  "
            "verdict   reason\n"
            "accuracy                           0.9900 [0.9800, 1.0000]      500     >= 0.9  "
            "passed    first\n"
            "recall                             1.0000 [0.8985, 1.0000]       34     >= 0.9  "
            "undecided second; 34 images, 35 needed for this bound at best, about 35 at this rate\n"
            "behaviour/functionality/canonical  0.5000 [0.3988, 0.6012]       90     >= 0.9  "
            "FAILED    third; the bound is for handwritten digits\n"
            "gates: 1 of 3 passed, 1 failed, 1 undecided\n");
}

// After a run only gates that did not pass are shown. When all passed, only their number is shown.
TEST(GateTable, OmitsPassedGates) {
  const auto gates = three_gates();
  const auto table = gate_table(gates, false);
  EXPECT_THAT(table, testing::Not(testing::HasSubstr("first")));
  EXPECT_THAT(table, testing::HasSubstr("second"));
  EXPECT_EQ(gate_table({gates[0]}, false), "gates: 1 of 1 passed\n");
}

// What print_evaluation prints.
std::string evaluation_text(const Evaluation& evaluation) {
  testing::internal::CaptureStdout();
  print_evaluation(evaluation);
  return testing::internal::GetCapturedStdout();
}

Evaluation three_class_evaluation() {
  Evaluation evaluation;
  evaluation.top_k = {{0.25, 0.0, 0.5, 4}, {0.75, 0.5, 1.0, 4}, {1.0, 0.5, 1.0, 4}};
  evaluation.metrics.push_back(
      {{"macro_f1", "macro F1", 1.0, true, true, nullptr}, {0.5, 0.25, 0.75, 4}});
  evaluation.metrics.push_back(
      {{"log_loss", "log loss", 10.0, false, true, nullptr}, {1.25, 1.0, 1.5, 4}});
  evaluation.baselines.push_back({"majority_class", {0.25, 0.125, 0.5, 4}});
  evaluation.per_class.push_back({"cat", {1.0, 0.5, 1.0, 1}, {0.5, 0.25, 0.75, 2}, 0.6667});
  evaluation.per_class.push_back({"dog", {0.5, 0.25, 0.75, 2}, {1.0, 0.5, 1.0, 1}, 0.625});
  evaluation.per_class.push_back({"bird", {0.25, 0.0, 0.5, 4}, {0.0, 0.0, 0.75, 1}, 0.125});
  for (const auto& [auc, precision] : {std::pair(0.75, 0.8125), {0.8, 0.875}, {0.95, 0.4375}}) {
    evaluation.class_scores.push_back({{}, {auc, 0.0, 1.0, 4}, {precision, 0.0, 1.0, 4}});
  }
  evaluation.confusion = {{1, 1, 0}, {0, 1, 0}, {0, 12, 0}};
  return evaluation;
}

// The accuracies of the first two and three labels come first; that of the first label alone is the
// accuracy, which has a line of its own elsewhere. Shares are percentages; every column ends below
// its name.
TEST(PrintEvaluation, ShowsMetricsClassesAndConfusion) {
  EXPECT_EQ(evaluation_text(three_class_evaluation()),
            "top-2 accuracy           75.00 % [50.00, 100.00], n = 4\n"
            "top-3 accuracy           100.00 % [50.00, 100.00], n = 4\n"
            "macro F1                 50.00 % [25.00, 75.00], n = 4\n"
            "log loss                 1.2500 [1.0000, 1.5000]\n"
            "baseline majority_class  25.00 % [12.50, 50.00], n = 4\n"
            "\n"
            "class      precision                               recall      F1 ROC AUC      AP\n"
            "cat         100.00 %        50.00 % [25.00, 75.00], n = 2  0.6667  0.7500  0.8125\n"
            "dog          50.00 %      100.00 % [50.00, 100.00], n = 1  0.6250  0.8000  0.8750\n"
            "bird         25.00 %          0.00 % [0.00, 75.00], n = 1  0.1250  0.9500  0.4375\n"
            "\n"
            "confusion (row: truth, column: prediction)\n"
            "cat             1      1      0\n"
            "dog             0      1      0\n"
            "bird            0     12      0\n");
}

// The slices of a factor, then the differences between them. The slices by class are the recalls
// above. Without two slices of a class there are neither odds nor impact.
TEST(PrintEvaluation, ShowsSlicesAndTheirDifferences) {
  auto evaluation = three_class_evaluation();
  const auto before = evaluation_text(evaluation);
  GroupFairness by_class;
  by_class.factor = "class";
  by_class.slices = {{"cat", {0.5, 0.25, 0.75, 2}}};
  GroupFairness size;
  size.factor = "size";
  size.slices = {{"small", {0.5, 0.25, 0.75, 2}}, {"large", {1.0, 0.5, 1.0, 2}}};
  size.gap = {0.5, 0.0, 0.75, 4};
  size.equalised_odds = ClassGap{"cat", {0.25, 0.0, 0.5, 3}};
  size.disparate_impact = ClassGap{"dog", {0.8, 0.5, 1.0, 4}};
  GroupFairness slant;
  slant.factor = "slant";
  slant.slices = {{"left", {0.75, 0.5, 1.0, 4}}, {"right", {0.0, 0.0, 1.0, 0}}};
  slant.gap = {0.0, 0.0, 1.0, 0};
  evaluation.fairness = {{by_class, size, slant}, "size", "small"};
  EXPECT_EQ(evaluation_text(evaluation),
            before +
                "\n"
                "factor     slice                                  accuracy\n"
                "size       small             50.00 % [25.00, 75.00], n = 2\n"
                "size       large           100.00 % [50.00, 100.00], n = 2\n"
                "size       gap                50.00 % [0.00, 75.00], n = 4\n"
                "size       odds               25.00 % [0.00, 50.00], n = 3\n"
                "size       impact           80.00 % [50.00, 100.00], n = 4\n"
                "slant      left             75.00 % [50.00, 100.00], n = 4\n"
                "slant      right              0.00 % [0.00, 100.00], n = 0\n"
                "slant      gap                0.00 % [0.00, 100.00], n = 0\n"
                "worst slice: size small\n");
}

// Each finding takes one line, with its first images and its hint if it has them.
TEST(PrintFindings, TakeOneLineEach) {
  const auto text_of = [](const std::vector<Finding>& findings) {
    testing::internal::CaptureStdout();
    print_findings(findings);
    return testing::internal::GetCapturedStdout();
  };
  EXPECT_EQ(text_of({}), "findings  none\n");
  EXPECT_EQ(text_of({{"data.one", Severity::kError, "a\nb", {3, 14}, "look"},
                     {"data.two", Severity::kWarning, "c", {}, "go on"},
                     {"data.three", Severity::kNote, "d", {5}}}),
            "error     data.one: a b (first: 3, 14) (hint: look)\n"
            "warning   data.two: c (hint: go on)\n"
            "note      data.three: d (first: 5)\n");
}

}  // namespace
}  // namespace digits
