// The place of each number, and the marks: each section of the report is compared with one that is
// written by hand.
#include "pipeline/report_page.h"

#include <gmock/gmock.h>

#include <string>
#include <utility>
#include <vector>

#include "base/statistics.h"
#include "metrics/fairness.h"
#include "support/testing.h"
#include "unit/pipeline/small_scores.h"

namespace digits {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

RunReport small_report() {
  RunReport report;
  report.name = "first";
  report.config.preset = "fast";
  report.config.seed = 7;
  report.config.data.source = "animals";
  const Json part{
      {"count", 6}, {"fingerprint", "0123456789abcdef0123"}, {"findings", Json::array()}};
  report.data = {{"train", part}, {"test", part}, {"findings", Json::array()}};
  report.weights_sha256 = "feed";
  report.history = two_epochs();
  report.scores = two_class_scores();
  report.augmentation = "png";
  report.versions = {{"device", "cpu"}, {"digits", "1.2.3"}};
  return report;
}

// A gate with an upper bound of 0.25, or with a lower one.
Gate gate_of(const std::string& metric, GateVerdict verdict, bool at_least = false) {
  return {{metric, 0.25, at_least, "because"}, metric, {0.5, 0.4, 0.6, 20}, verdict, {}};
}

std::string section_of(const RunReport& report, const std::string& heading) {
  for (const auto& section : report_page(report).sections) {
    if (section.heading == heading) return section.content.text;
  }
  return "no section " + heading;
}

auto has_table(const html::Table& table) { return HasSubstr(html::table(table).text); }

html::Table lineage_table() {
  return {"",
          {{"what"}, {"value"}},
          {{{"weights, SHA-256"}, {"feed"}},
           {{"training set, fingerprint"}, {"0123456789abcdef0123"}},
           {{"test set, fingerprint"}, {"0123456789abcdef0123"}},
           {{"device"}, {"cpu"}},
           {{"digits"}, {"1.2.3"}}}};
}

TEST(ReportPage, CountsTheGates) {
  auto document = small_report();
  document.gates = {gate_of("a", GateVerdict::kPassed), gate_of("b", GateVerdict::kPassed)};
  EXPECT_EQ(report_page(document).subtitle,
            "fast preset, seed 7, data animals; gates: 2 of 2 passed");
  EXPECT_THAT(
      section_of(document, "Summary"),
      HasSubstr(html::cards({{"gates", "2 of 2", "passed", Verdict::kPass}}).text.substr(20, 40)));
  document.gates.push_back(gate_of("c", GateVerdict::kUndecided));
  EXPECT_THAT(report_page(document).subtitle, HasSubstr("gates: 2 of 3 passed, 1 undecided"));
  EXPECT_THAT(section_of(document, "Summary"), HasSubstr("passed, 1 undecided"));
  document.gates.push_back(gate_of("d", GateVerdict::kFailed));
  EXPECT_THAT(report_page(document).subtitle,
              HasSubstr("gates: 2 of 4 passed, 1 failed, 1 undecided"));
  EXPECT_THAT(section_of(document, "Summary"), HasSubstr("2 of 4"));
}

// A row per gate: the metric, its verdict with the mark of that verdict, the interval, n, the bound
// with its direction, and the reason with the note.
TEST(ReportPage, ListsEachGate) {
  auto document = small_report();
  auto noted = gate_of("recall", GateVerdict::kUndecided, true);
  noted.bound_fits = false;
  document.gates = {noted, gate_of("loss", GateVerdict::kFailed)};
  const html::Table expected{"",
                             {{"metric"},
                              {"verdict"},
                              {"observed, 95 % interval", true},
                              {"n", true},
                              {"bound", true},
                              {"reason"}},
                             {{{"recall"},
                               {"undecided", Verdict::kWarning},
                               {"0.50 [0.40, 0.60]"},
                               {"20"},
                               {"≥ 0.25"},
                               {"because; " + verdict_note(noted)}},
                              {{"loss"},
                               {"failed", Verdict::kFail},
                               {"0.50 [0.40, 0.60]"},
                               {"20"},
                               {"≤ 0.25"},
                               {"because"}}}};
  EXPECT_EQ(section_of(document, "Gates"), html::table(expected).text);
}

// Sums over the epochs, and the epoch of the best validation accuracy.
TEST(ReportPage, SumsTheTraining) {
  EXPECT_THAT(section_of(small_report(), "Training"),
              has_table({"Training",
                         {{"what"}, {"value", true}},
                         {{{"epochs"}, {"2"}},
                          {{"best epoch"}, {"1"}},
                          {{"seconds, with validation"}, {"10.0"}},
                          {{"seconds in the training loop"}, {"8.0"}},
                          {{"images a second"}, {"150"}},
                          {{"waiting for data"}, {"25.0 %"}},
                          {{"peak memory"}, {"300 MiB"}}}}));
}

// Each class's own precision and recall: 4 of 4 and 4 of 5 for the cat, 1 of 2 and 1 of 1 for the
// dog.
TEST(ReportPage, ListsEachClass) {
  const auto text = section_of(small_report(), "Test set");
  const auto cat = text.find("cat"), dog = text.find("dog", cat);
  ASSERT_NE(dog, std::string::npos);
  const auto of_cat = text.substr(cat, dog - cat), of_dog = text.substr(dog);
  EXPECT_LT(of_cat.find(">100 %"), of_cat.find(">80 %"));
  EXPECT_LT(of_dog.find(">50 %"), of_dog.find(">100 %"));
  EXPECT_THAT(of_cat, HasSubstr(">5<"));
  EXPECT_THAT(of_dog, HasSubstr(">1<"));
}

// Findings of both parts and of the set as a whole, errors marked as such.
TEST(ReportPage, ListsFindings) {
  auto document = small_report();
  const auto finding = [](const char* code, const char* severity) {
    return Json{{"code", code}, {"severity", severity}, {"message", "seen"}};
  };
  document.data["train"]["findings"] = {finding("data.a", "warning")};
  document.data["test"]["findings"] = {finding("data.b", "error")};
  document.data["findings"] = {finding("data.c", "warning")};
  EXPECT_THAT(section_of(document, "Data"),
              has_table({"Findings",
                         {{"code"}, {"severity"}, {"what"}},
                         {{{"data.a"}, {"warning", Verdict::kWarning}, {"seen"}},
                          {{"data.b"}, {"error", Verdict::kFail}, {"seen"}},
                          {{"data.c"}, {"warning", Verdict::kWarning}, {"seen"}}}}));
  EXPECT_THAT(section_of(document, "Data"),
              has_table({"",
                         {{"part"}, {"images", true}, {"fingerprint"}},
                         {{{"train"}, {"6"}, {"0123456789abcdef"}},
                          {{"test"}, {"6"}, {"0123456789abcdef"}}}}));
}

// The page names the machine and the versions that made it.
TEST(ReportPage, NamesTheLineage) {
  EXPECT_THAT(section_of(small_report(), "Lineage"), has_table(lineage_table()));
  EXPECT_EQ(report_page(small_report()).footer, "digits 1.2.3");
}

// The whole summary: a card for each number that is on the report, one for the worst slice and one
// for the gates, then the baselines. The gates are counted below the title, too.
TEST(ReportPage, SummarisesTheRun) {
  auto document = small_report();
  auto& scores = document.scores;
  const auto metric = [](const char* title, bool on_report) {
    return Metric{"key", title, 1.0, false, on_report, nullptr};
  };
  scores.accuracy = {0.75, 0.5, 0.9, 8};
  scores.metrics = {{metric("macro F1", true), {0.7, 0.6, 0.8, 8}},
                    {metric("Brier score", false), {0.3, 0.2, 0.4, 8}},
                    {metric("log loss", true), {0.5, 0.25, 1500.0, 8}}};
  scores.baselines.push_back({"majority_class", {0.5, 0.25, 0.8, 8}});
  std::vector<html::Card> cards{
      {"test accuracy", "75.00 %", "[50.00 %, 90.00 %], n\u00a0=\u00a08"},
      {"macro F1", "0.7", "[0.6, 0.8], n\u00a0=\u00a08"},
      {"log loss", "0.5", "[0.25, 1500], n\u00a0=\u00a08"},
      {"worst slice: size small", "50.00 %", "[9.45 %, 90.55 %], n\u00a0=\u00a02"}};
  const html::Table rules{
      "Against rules that need no network",
      {{"rule"}, {"accuracy", true}, {"n", true}},
      {{{"this model"}, {"75 % [50, 90]"}, {"8"}}, {{"majority_class"}, {"50 % [25, 80]"}, {"8"}}}};
  const auto expect_gates = [&](const std::vector<GateVerdict>& verdicts, const std::string& told,
                                const html::Card& card) {
    document.gates.clear();
    for (const auto verdict : verdicts) document.gates.push_back(gate_of("a", verdict));
    auto all = cards;
    all.push_back(card);
    EXPECT_EQ(section_of(document, "Summary"), html::cards(all).text + html::table(rules).text);
    EXPECT_EQ(report_page(document).subtitle, "fast preset, seed 7, data animals; gates: " + told);
  };
  const auto passed = GateVerdict::kPassed, failed = GateVerdict::kFailed,
             undecided = GateVerdict::kUndecided;
  expect_gates({passed, passed}, "2 of 2 passed", {"gates", "2 of 2", "passed", Verdict::kPass});
  expect_gates({undecided}, "0 of 1 passed, 1 undecided",
               {"gates", "0 of 1", "passed, 1 undecided", Verdict::kWarning});
  expect_gates({passed, failed, failed}, "1 of 3 passed, 2 failed",
               {"gates", "1 of 3", "passed", Verdict::kFail});
  expect_gates({passed, failed, undecided, undecided}, "1 of 4 passed, 1 failed, 2 undecided",
               {"gates", "1 of 4", "passed, 2 undecided", Verdict::kFail});
  scores.fairness = {};
  cards.pop_back();
  expect_gates({}, "0 of 0 passed", {"gates", "0 of 0", "passed", Verdict::kPass});
}

// The whole section of the test set: the charts, a row for each class and one for each factor.
TEST(ReportPage, ShowsTheTestSet) {
  auto document = small_report();
  document.training.push_back({"loss", Markup{"<svg>0</svg>"}, "smoothed"});
  document.charts = {{"first", Markup{"<svg>1</svg>"}, "below"},
                     {"second", Markup{"<svg>2</svg>"}, ""}};
  auto& scores = document.scores;
  scores.per_class = {{"cat", {1.0, 0.51, 1.0, 4}, {0.8, 0.38, 0.96, 5}, 0.89},
                      {"dog", {0.5, 0.1, 0.9, 2}, {1.0, 0.21, 1.0, 1}, 0.67}};
  scores.class_scores = {{{0.9, 0.6, 1.0, 6}, {0.95, 0.8, 1.0, 6}, {0.97, 0.8, 1.0, 6}},
                         {{0.67, 0.3, 0.9, 6}, {0.875, 0.5, 1.0, 6}, {0.8125, 0.5, 1.0, 6}}};
  GroupFairness size, tone;
  size.factor = "size";
  size.gap = {0.5, 0.1, 0.9, 6};
  size.equalised_odds = ClassGap{"dog", {0.4, 0.1, 0.7, 3}};
  tone.factor = "tone";
  tone.gap = {0.1, 0.0, 0.4, 6};
  tone.disparate_impact = ClassGap{"cat", {0.8, 0.5, 1.0, 6}};
  scores.fairness.groups = {size, tone};
  const html::Table classes{"",
                            {{"class"},
                             {"precision", true},
                             {"recall", true},
                             {"F1", true},
                             {"ROC AUC", true},
                             {"average precision", true},
                             {"n", true}},
                            {{{"cat"},
                              {"100 % [51, 100]"},
                              {"80 % [38, 96]"},
                              {"0.90 [0.60, 1.00]"},
                              {"0.95"},
                              {"0.97"},
                              {"5"}},
                             {{"dog"},
                              {"50 % [10, 90]"},
                              {"100 % [21, 100]"},
                              {"0.67 [0.30, 0.90]"},
                              {"0.875"},
                              {"0.8125"},
                              {"1"}}}};
  const html::Table factors{
      "Between the slices of a factor",
      {{"factor"},
       {"accuracy gap", true},
       {"equalised odds difference", true},
       {"disparate impact ratio", true}},
      {{{"size"}, {"50 % [10, 90]"}, {"0.40 [0.10, 0.70] (class dog)"}, {"–"}},
       {{"tone"}, {"10 % [0, 40]"}, {"–"}, {"0.80 [0.50, 1.00] (class cat)"}}}};
  const std::vector<html::Figure> shown{{Markup{"<svg>1</svg>"}, "below"},
                                        {Markup{"<svg>2</svg>"}, ""}};
  EXPECT_EQ(section_of(document, "Test set"),
            html::figures(shown).text + html::table(classes).text + html::table(factors).text);
  const std::vector<html::Figure> losses{html::Figure{Markup{"<svg>0</svg>"}, "smoothed"}};
  EXPECT_THAT(section_of(document, "Training"), StartsWith(html::figures(losses).text));
}

// The pictures with their captions, or a word in their place; of a private set no image, and the
// augmentation on noise. The lineage ends with the configuration.
TEST(ReportPage, ShowsImagesUnlessTheSetIsPrivate) {
  auto document = small_report();
  document.mistakes.push_back({"png 1", "4: cat, 90 %; is dog"});
  document.versions["features"] = Json::array({"a", "b"});
  const auto images = section_of(document, "Images");
  EXPECT_THAT(images, StartsWith("<p>Number of the test image, answer and confidence, truth. "));
  EXPECT_THAT(images, EndsWith("</p>\n" + html::heading("Worst mistakes").text +
                               html::pictures(document.mistakes, 190).text +
                               html::heading("Least confident right answers").text +
                               html::paragraph("None.").text));
  std::swap(document.mistakes, document.unsure);
  EXPECT_THAT(section_of(document, "Images"),
              EndsWith(html::heading("Worst mistakes").text + html::paragraph("None.").text +
                       html::heading("Least confident right answers").text +
                       html::pictures(document.unsure, 190).text));
  std::vector<html::Picture> sheet(1);
  sheet[0].png = "png";
  const auto drawn = html::pictures(sheet, 1500).text;
  EXPECT_THAT(section_of(document, "Data"),
              EndsWith("<p>Framed: training images as they are; behind each, as training sees "
                       "them.</p>\n" +
                       drawn));
  auto lineage = lineage_table();
  lineage.rows.push_back({{"features"}, {"[\"a\",\"b\"]"}});
  EXPECT_EQ(section_of(document, "Lineage"),
            html::table(lineage).text +
                html::details("Configuration", html::preformatted(to_toml(document.config))).text);
  document.config.data.is_private = true;
  EXPECT_EQ(section_of(document, "Images"),
            html::paragraph("The set is private: no image is shown.").text);
  EXPECT_THAT(section_of(document, "Data"),
              EndsWith("<p>The set is private: the augmentation is shown on noise.</p>\n" + drawn));
}

}  // namespace
}  // namespace digits
