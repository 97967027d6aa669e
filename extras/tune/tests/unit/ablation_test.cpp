#include "tune/ablation.h"

#include "support/option_list.h"
#include "support/testing.h"
#include "tune/command_ablate.h"

namespace digits {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TrialResult with_accuracy(double accuracy, double seconds = 1.0) {
  TrialResult result;
  result.accuracy.value = accuracy;
  result.seconds = seconds;
  return result;
}

std::vector<std::string> names_of(const std::vector<NamedChange>& changes) {
  std::vector<std::string> names;
  for (const auto& change : changes) names.push_back(change.name);
  return names;
}

// The augmentations that the configuration has, then all of them; the smoothness of a distortion is
// none. A set of one channel keeps it.
TEST(DefaultChanges, SwitchOffWhatTheConfigurationHas) {
  Config base;
  EXPECT_TRUE(default_changes(base, 1).empty());
  base.augment.shift = 1.0;
  EXPECT_THAT(names_of(default_changes(base, 1)), ElementsAre("no shift"));
  base.augment.elastic = 30.0;
  const auto changes = default_changes(base, 3);
  EXPECT_THAT(names_of(changes),
              ElementsAre("no elastic", "no shift", "no augmentation", "without channel 1",
                          "without channel 2", "without channel 3"));
  EXPECT_THAT(changes[2].changes, ElementsAre("augment.elastic = 0.0", "augment.shift = 0.0"));
  EXPECT_EQ(changes[5].without_channel, 2);
}

TEST(ParseChanges, ReadsNamesAndAssignments) {
  const auto changes = parse_changes(
      "# of the preset\n\nhalf the epochs | train.epochs = 4\nwider|network.blocks = [[8], [8, "
      "8]]; train.average = 0.9 ;\n",
      "changes");
  EXPECT_THAT(names_of(changes), ElementsAre("half the epochs", "wider"));
  EXPECT_THAT(changes[0].changes, ElementsAre("train.epochs = 4"));
  EXPECT_THAT(changes[1].changes,
              ElementsAre("network.blocks = [[8], [8, 8]]", "train.average = 0.9"));
}

TEST(ParseChanges, RejectsInvalidLines) {
  for (const char* text : {"", "# nothing\n", "no bar\n", "|train.epochs = 1\n", "a name|\n",
                           "twice|train.epochs = 1\ntwice|train.epochs = 2\n"}) {
    SCOPED_TRACE(text);
    expect_error("config.changes", [&] { parse_changes(text, "changes"); });
  }
  const auto trials_of = [](const std::string& text) {
    ablation_trials(Config(), parse_changes(text, "changes"), 1);
  };
  expect_error("config.unknown_key", [&] { trials_of("a|train.epoch = 1"); });
  expect_error("config.space", [&] { trials_of("a|seed = 1"); });
}

// The base first, each change with the same seeds, and a file name for each.
TEST(AblationTrials, PairSeeds) {
  Config base;
  base.seed = 5;
  const auto trials = ablation_trials(base, {{"a", {"train.epochs = 4"}}, {"b", {}, 1}}, 2);
  std::vector<std::string> ids;
  for (const auto& trial : trials) ids.push_back(trial.id);
  EXPECT_THAT(ids, ElementsAre("000-seed5", "000-seed6", "001-seed5", "001-seed6", "002-seed5",
                               "002-seed6"));
  EXPECT_TRUE(trials[1].is_base());
  EXPECT_EQ(trials[3].config.seed, 6);
  EXPECT_EQ(trials[3].config.train.epochs, 4);
  EXPECT_EQ(trials[5].config.train.epochs, base.train.epochs);
  EXPECT_EQ(changes_text(trials[5]), "without channel 2");
}

// By hand: differences of -2, -3 and -4 points have mean -3 and standard deviation 1 points, so the
// interval is -3 -+ 4.302653 / sqrt(3), below 0. The accuracies themselves vary far more.
TEST(SummariseAblation, PairsBySeed) {
  const std::vector<NamedChange> changes{{"a", {"train.epochs = 4"}}};
  const auto trials = ablation_trials(Config(), changes, 3);
  const auto rows = summarise_ablation(
      changes, trials,
      {with_accuracy(0.70), with_accuracy(0.80), with_accuracy(0.90), with_accuracy(0.68, 2.0),
       with_accuracy(0.77, 3.0), with_accuracy(0.86, 4.0)},
      3);
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_NEAR(rows[0].accuracy.value, 0.8, 1e-12);
  EXPECT_EQ(rows[0].accuracy.n, 3U);
  EXPECT_FALSE(rows[0].change.has_value());
  EXPECT_NEAR(rows[1].change->value, -0.03, 1e-12);
  EXPECT_NEAR(rows[1].change->high, -0.03 + 0.0248414, 1e-7);
  EXPECT_EQ(rows[1].worth, Worth::kWorth);
  EXPECT_NEAR(rows[1].seconds, 3.0, 1e-12);
  const auto table = ablation_table(rows);
  EXPECT_THAT(table, HasSubstr("80.00 % [55.16, 100.00], n = 3"));
  EXPECT_THAT(table, testing::ContainsRegex("\na .*-3.00 \\[-5.48, -0.52\\]  worth +3.0  68.00, "
                                            "77.00, 86.00\n"));
}

// Two equal differences tell nothing about their variation, although 0.68 - 0.70 and 0.78 - 0.80
// differ in the last bit.
TEST(SummariseAblation, EqualDifferencesAreUndecided) {
  const std::vector<NamedChange> changes{{"a", {"train.epochs = 4"}}};
  const auto rows = summarise_ablation(
      changes, ablation_trials(Config(), changes, 2),
      {with_accuracy(0.70), with_accuracy(0.80), with_accuracy(0.68), with_accuracy(0.78)}, 2);
  EXPECT_EQ(rows[1].worth, Worth::kUndecided);
}

// One seed tells nothing about the variation between seeds.
TEST(SummariseAblation, OneSeedIsUndecided) {
  const std::vector<NamedChange> changes{{"a", {"train.epochs = 4"}}};
  const auto rows = summarise_ablation(changes, ablation_trials(Config(), changes, 1),
                                       {with_accuracy(0.9), with_accuracy(0.5)}, 1);
  EXPECT_EQ(rows[1].worth, Worth::kUndecided);
}

// A failed training leaves no mean to compare.
TEST(SummariseAblation, NamesAFailure) {
  const std::vector<NamedChange> changes{{"a", {"train.epochs = 4"}}};
  TrialResult failed;
  failed.failure = "train.diverged";
  const auto rows =
      summarise_ablation(changes, ablation_trials(Config(), changes, 2),
                         {with_accuracy(0.9), with_accuracy(0.9), with_accuracy(0.8), failed}, 2);
  EXPECT_EQ(rows[1].worth, Worth::kFailed);
  EXPECT_FALSE(rows[1].change.has_value());
  EXPECT_THAT(ablation_table(rows), testing::ContainsRegex("\na +train.diverged +-  failed"));
  const Json json = rows;
  EXPECT_EQ(json.at(1).at("failure"), "train.diverged");
  EXPECT_TRUE(json.at(0).at("verdict").is_null());
}

// The whole table, the documents and the identity of an ablation, and the options of the command.
// By hand: differences of +2, +3 and +4 points exclude a loss; a failed training is compared with
// nothing.
TEST(SummariseAblation, PrintsAndWritesEachRow) {
  const std::vector<NamedChange> changes{
      {"a", {"train.epochs = 4"}}, {"a longer name", {"train.epochs = 5"}}, {"channel", {}, 1}};
  auto failed = with_accuracy(0.0, 0.0);
  failed.failure = "config.train";
  const auto rows = summarise_ablation(
      changes, ablation_trials(Config(), changes, 3),
      {with_accuracy(0.70), with_accuracy(0.80), with_accuracy(0.90),  //
       with_accuracy(0.68, 2.0), with_accuracy(0.77, 3.0), with_accuracy(0.86, 4.0),
       with_accuracy(0.72, 2.0), with_accuracy(0.83, 2.5), with_accuracy(0.94, 3.0),
       with_accuracy(0.70, 1.5), with_accuracy(0.80, 1.5), failed},
      3);
  EXPECT_EQ(ablation_table(rows),
            "change                mean validation accuracy   points against the base  verdict    "
            "seconds  by seed\n"
            "base            80.00 % [55.16, 100.00], n = 3                         -  -          "
            "    1.0  70.00, 80.00, 90.00\n"
            "a                77.00 % [54.64, 99.36], n = 3      -3.00 [-5.48, -0.52]  worth      "
            "    3.0  68.00, 77.00, 86.00\n"
            "a longer name   83.00 % [55.67, 100.00], n = 3      +3.00 [+0.52, +5.48]  none       "
            "    2.5  72.00, 83.00, 94.00\n"
            "channel                           config.train                         -  failed     "
            "    1.0  -\n");
  ASSERT_EQ(rows.size(), 4U);
  EXPECT_THAT(ablation_table({rows[0], rows[1]}),
              testing::StartsWith("change         mean validation accuracy   points "));
  EXPECT_EQ(Json(rows[0]), (Json{{"name", "base"},
                                 {"changes", "base"},
                                 {"validation_accuracy", mean_within({0.70, 0.80, 0.90}, 0.0, 1.0)},
                                 {"by_seed", Json::array({0.70, 0.80, 0.90})},
                                 {"change", nullptr},
                                 {"verdict", nullptr},
                                 {"seconds", rows[0].seconds},
                                 {"failure", ""}}));
  EXPECT_EQ(Json(rows[2]), (Json{{"name", "a longer name"},
                                 {"changes", "train.epochs = 5"},
                                 {"validation_accuracy", mean_within({0.72, 0.83, 0.94}, 0.0, 1.0)},
                                 {"by_seed", Json::array({0.72, 0.83, 0.94})},
                                 {"change", rows[2].change.value()},
                                 {"verdict", "none"},
                                 {"seconds", rows[2].seconds},
                                 {"failure", ""}}));
  EXPECT_EQ(rows[3].changes, "without channel 2");
  EXPECT_EQ(Json(rows[3]).at("verdict"), "failed");
  EXPECT_STREQ(to_string(Worth::kUndecided), "undecided");
  EXPECT_EQ(to_text(changes), "a|train.epochs = 4\na longer name|train.epochs = 5\nchannel|");

  testing::internal::CaptureStdout();
  EXPECT_EQ(command_ablate({"--help"}), 0);
  EXPECT_EQ(option_list(testing::internal::GetCapturedStdout()),
            "changes FILE, seeds N=3, out FOLDER, config FILE, preset NAME=standard, data DIR, "
            "first-label N, invert, transpose, size ROWSxCOLS, fail-on SEVERITY, seed N, threads "
            "N, device NAME, epochs N, batch-size N, json");
}

// Lower without it: worth. A loss of 0.1 points excluded: none. Else too few seeds.
TEST(JudgeChange, ByTheInterval) {
  EXPECT_EQ(judge_change({-0.02, -0.03, -0.01, 3}), Worth::kWorth);
  EXPECT_EQ(judge_change({-0.02, -0.05, 0.0, 3}), Worth::kUndecided);
  EXPECT_EQ(judge_change({0.0, -0.0009, 0.02, 3}), Worth::kNone);
  EXPECT_EQ(judge_change({0.0, -0.001, 0.02, 3}), Worth::kUndecided);
  EXPECT_EQ(judge_change({0.03, 0.02, 0.04, 3}), Worth::kNone);
  EXPECT_EQ(judge_change({0.0, -0.002, 0.002, 3}), Worth::kUndecided);
}

}  // namespace
}  // namespace digits
