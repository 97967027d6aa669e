#include "cli/output.h"

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/files.h"
#include "cli/commands.h"
#include "pipeline/pipeline.h"
#include "pipeline/regression.h"
#include "support/evaluated_run.h"
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

EpochRecord record_of(int epoch, double loss, Quantity accuracy, double train_seconds) {
  EpochRecord record;
  record.epoch = epoch;
  record.train_loss = loss;
  record.validation_loss = 2.0 * loss;
  record.validation_accuracy = accuracy;
  record.images = 3000;
  record.train_seconds = train_seconds;
  record.wait_seconds = 0.1;
  record.seconds = train_seconds + 0.5;
  return record;
}

// By hand: 3000 images in 2 s are 1500 a second, and 0.1 s of waiting are 5 %; together 6000 in 3
// s. The first epoch is the best, and every column ends below its name.
TEST(Output, HistoryTableMatchesHandCalculation) {
  const auto table = history_table(
      {record_of(1, 0.5, proportion(9, 10), 2.0), record_of(2, 0.25, proportion(8, 10), 1.0)});
  EXPECT_EQ(table,
            "epoch train loss validation loss                  validation accuracy  images/s  "
            "waiting  seconds\n"
            "1 *       0.5000          1.0000       90.00 % [59.58, 98.21], n = 10      1500    "
            "5.0 %      2.5\n"
            "2         0.2500          0.5000       80.00 % [49.02, 94.33], n = 10      3000   "
            "10.0 %      1.5\n"
            "all                                                            * best      2000    "
            "6.7 %      4.0\n");
}

// What `action` prints on stdout.
std::string printed_by(const std::function<void()>& action) {
  testing::internal::CaptureStdout();
  action();
  return testing::internal::GetCapturedStdout();
}

// A folder name with a newline still takes one line of the table, and so does a finding, with its
// images and its hint.
TEST(Output, PairsTakeOneLineEach) {
  const auto text = printed_by([] {
    print_pairs({{"run", "a\nb"}, {"package", "c"}});
    print_findings({});
    print_findings({{"data.a", Severity::kError, "seen twice", "look", {5, 7}},
                    {"data.b", Severity::kNote, "two\nlines"}});
    print_json(Json{{"a", 1}, {"b", "c"}});
  });
  EXPECT_EQ(text,
            "run      a b\npackage  c\n"
            "findings  none\n"
            "error     data.a: seen twice (first: 5, 7) (hint: look)\n"
            "note      data.b: two lines\n"
            "{\"a\":1,\"b\":\"c\"}\n");
}

TEST(Output, MebibytesAreWhole) { EXPECT_EQ(mebibytes(3 * 1048576 + 7), "3 MiB"); }

// All tables of an evaluation: metrics with their baselines, classes, the confusion matrix, and the
// slices of each factor but the class, whose recalls stand above.
TEST(PrintEvaluation, PrintsEveryTable) {
  Evaluation evaluation;
  evaluation.top_k = {{0.5, 0.25, 0.75, 8}, {0.75, 0.5, 0.9, 8}, {1.0, 0.67, 1.0, 8}};
  const auto metric = [](const char* title, bool is_share) {
    return Metric{"key", title, 1.0, is_share, false, nullptr};
  };
  evaluation.metrics = {{metric("macro F1", true), {0.5, 0.25, 0.625, 8}},
                        {metric("log loss", false), {0.5, 0.25, 1.5, 8}}};
  evaluation.baselines.push_back({"majority_class", {0.25, 0.0625, 0.5, 8}});
  evaluation.per_class = {{"cat", {0.875, 0.5, 1.0, 8}, {0.8, 0.5, 0.9, 10}, 0.84},
                          {"dog", {0.5, 0.25, 0.75, 8}, {1.0, 0.25, 1.0, 3}, 0.66667}};
  ClassScores of_cat, of_dog;
  of_cat.roc_auc.value = 0.9375;
  of_cat.average_precision.value = 0.968;
  of_dog.roc_auc.value = 0.875;
  of_dog.average_precision.value = 0.5;
  evaluation.class_scores = {of_cat, of_dog};
  evaluation.confusion = {{8, 1}, {12, 345}};
  GroupFairness of_class, of_size, of_tone;
  of_class.factor = "class";
  of_class.slices.push_back({"cat", {0.8, 0.5, 0.9, 10}});
  of_size.factor = "size";
  of_size.slices = {{"small", {0.5, 0.1, 0.9, 2}}, {"large", {1.0, 0.5, 1.0, 6}}};
  of_size.gap = {0.5, 0.1, 0.9, 8};
  of_size.equalised_odds = ClassGap{"dog", {0.4, 0.1, 0.7, 3}};
  of_size.disparate_impact = ClassGap{"cat", {0.8, 0.5, 1.0, 6}};
  of_tone.factor = "tone";
  of_tone.slices.push_back({"dark", {0.75, 0.25, 0.9, 8}});
  of_tone.gap = {0.0, 0.0, 1.0, 0};
  evaluation.fairness.groups = {of_class, of_size, of_tone};
  evaluation.fairness.worst_factor = "size";
  evaluation.fairness.worst_slice = "small";
  const std::string without_slices =
      "top-2 accuracy           75.00 % [50.00, 90.00], n = 8\n"
      "top-3 accuracy           100.00 % [67.00, 100.00], n = 8\n"
      "macro F1                 50.00 % [25.00, 62.50], n = 8\n"
      "log loss                 0.5000 [0.2500, 1.5000]\n"
      "baseline majority_class  25.00 % [6.25, 50.00], n = 8\n"
      "\n"
      "class      precision                               recall      F1 ROC AUC      AP\n"
      "cat          87.50 %       80.00 % [50.00, 90.00], n = 10  0.8400  0.9375  0.9680\n"
      "dog          50.00 %      100.00 % [25.00, 100.00], n = 3  0.6667  0.8750  0.5000\n"
      "\n"
      "confusion (row: truth, column: prediction)\n"
      "cat             8      1\n"
      "dog            12    345\n";
  const std::string slices =
      "\n"
      "factor     slice                                  accuracy\n"
      "size       small             50.00 % [10.00, 90.00], n = 2\n"
      "size       large           100.00 % [50.00, 100.00], n = 6\n"
      "size       gap               50.00 % [10.00, 90.00], n = 8\n"
      "size       odds              40.00 % [10.00, 70.00], n = 3\n"
      "size       impact           80.00 % [50.00, 100.00], n = 6\n"
      "tone       dark              75.00 % [25.00, 90.00], n = 8\n"
      "tone       gap                0.00 % [0.00, 100.00], n = 0\n"
      "worst slice: size small\n";
  EXPECT_EQ(printed_by([&] { print_evaluation(evaluation); }), without_slices + slices);
  evaluation.fairness.groups.clear();
  EXPECT_EQ(printed_by([&] { print_evaluation(evaluation); }), without_slices);
}

// The table of the gates, then that of the comparison, and an error that names each loss: of 10,000
// images 30 are lost, half of them in each class. A run is not worse than itself.
TEST(CheckCommand, PrintsGatesAndComparison) {
  const TemporaryDirectory folder;
  const auto good = evaluated_run(folder / "good", 50);
  const auto bad = evaluated_run(folder / "bad", 80);
  const auto gates = folder / "gates.toml";
  write_file(gates, "[[gate]]\nmetric = \"accuracy\"\nat_least = 0.9\nreason = \"why\"\n");
  std::string message;
  const auto check = [&](const RunDirectory& run, const std::vector<std::string>& more) {
    std::vector<std::string> words{run.path(), "--gates", gates, "--baseline", good.path()};
    words.insert(words.end(), more.begin(), more.end());
    message.clear();
    return printed_by([&] {
      try {
        EXPECT_EQ(command_check(words), kDone);
      } catch (const Error& error) {
        message = one_line(error);
      }
    });
  };
  EXPECT_EQ(check(bad, {}),
            "metric    observed, 95 % interval        n      bound  verdict   reason\n"
            "accuracy  0.9920 [0.9901, 0.9936]    10000     >= 0.9  passed    why\n"
            "gates: 1 of 1 passed\n"
            "\n"
            "against             points, 95 % interval   lost gained         p  verdict\n"
            "accuracy             -0.30 [-0.41, -0.19]     30      0  1.86e-09  WORSE\n"
            "even                 -0.30 [-0.46, -0.14]     15      0  0.000122  WORSE\n"
            "odd                  -0.30 [-0.46, -0.14]     15      0  0.000122  WORSE\n");
  EXPECT_EQ(
      message,
      "digits: gate.regression: worse than the baseline: accuracy -0.30 [-0.41, "
      "-0.19] points, n = 10000, p = 1.9e-09; recall of even -0.30 [-0.46, -0.14] points, n "
      "= 5000, p = 0.00012; recall of odd -0.30 [-0.46, -0.14] points, n = 5000, p = 0.00012; "
      "expected no significant loss (hint: the table of `digits check` shows each class: "
      "check the classes that lost)");
  EXPECT_EQ(Json::parse(check(bad, {"--json"})),
            (Json{{"gates", check_with(bad, gates)}, {"baseline", compare_runs(bad, good)}}));
  EXPECT_EQ(check(good, {}),
            "metric    observed, 95 % interval        n      bound  verdict   reason\n"
            "accuracy  0.9950 [0.9934, 0.9962]    10000     >= 0.9  passed    why\n"
            "gates: 1 of 1 passed\n"
            "\n"
            "against             points, 95 % interval   lost gained         p  verdict\n"
            "accuracy             +0.00 [-0.02, +0.02]      0      0         1  not worse\n"
            "even                 +0.00 [-0.04, +0.04]      0      0         1  not worse\n"
            "odd                  +0.00 [-0.04, +0.04]      0      0         1  not worse\n");
  EXPECT_EQ(message, "");
  const auto narrow = judge({{"gap", proportion(1, 9)}}, {{"gap", 0.5, false, "why"}});
  EXPECT_THAT(gate_table(narrow), testing::StartsWith("metric  observed, 95 % interval "));
}

// After a run only gates that did not pass are shown. When all passed, only their number is shown.
TEST(GateTable, OmitsPassedGates) {
  const auto gates = three_gates();
  const auto table = gate_table(gates, false);
  EXPECT_THAT(table, testing::Not(testing::HasSubstr("first")));
  EXPECT_THAT(table, testing::HasSubstr("second"));
  EXPECT_EQ(gate_table({gates[0]}, false), "gates: 1 of 1 passed\n");
}

}  // namespace
}  // namespace digits
