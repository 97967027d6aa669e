// `digits tune` and `digits ablate` on the committed tiny set, without its test part.
#include <filesystem>

#include "base/files.h"
#include "integration/tiny_run.h"

namespace digits {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

// A folder with the training files of the tiny set, a space, and the results.
class TuneTest : public testing::Test {
 protected:
  TuneTest() {
    fs::create_directory(folder_ / "set");
    for (const char* name : {"train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz"}) {
      fs::copy_file(fixtures() / "tiny" / name, folder_ / "set" / name);
    }
    write_file(folder_ / "space.toml",
               "train.learning_rate = {low = 0.005, high = 0.1, scale = \"log\"}\n"
               "augment.rotation = {low = 0, high = 15}\n");
  }

  // digits COMMAND with one epoch on that set, into `out`.
  ProcessResult call(const std::string& command, const std::vector<std::string>& more,
                     const std::string& out = "out") const {
    std::vector<std::string> all{command, "--config", fixtures() / "tiny.toml"};
    all.insert(all.end(), {"--data", folder_ / "set", "--out", folder_ / out, "--epochs", "1"});
    all.insert(all.end(), more.begin(), more.end());
    return call_digits(all);
  }
  ProcessResult tune(std::vector<std::string> more, const std::string& out = "out") const {
    more.insert(more.begin(), {"--space", folder_ / "space.toml"});
    return call("tune", more, out);
  }
  static void expect_refusal(const ProcessResult& result, const char* code, int status) {
    EXPECT_EQ(result.status, status) << code;
    EXPECT_THAT(result.err, HasSubstr(std::string("digits: ") + code + ": "));
    EXPECT_EQ(result.out, "");
  }
  // A trial's file without its time.
  Json trial(const std::string& name) const {
    auto json = Json::parse(read_file(folder_ / "out" / "trials" / name));
    json.at("result").erase("seconds");
    return json;
  }

  const TemporaryDirectory folder_;
};

// A search without a test set: ranked trials with intervals, and the best configuration, which
// trains to the same accuracy. After one trial was lost, only this one is trained, with the same
// result.
TEST_F(TuneTest, SearchesWithoutATestSet) {
  const auto result = tune({"--trials", "2", "--json"});
  ASSERT_EQ(result.status, 0) << result.err;
  const auto json = Json::parse(result.out);
  EXPECT_EQ(json.at("schema"), "digits.tune/1");
  ASSERT_EQ(json.at("trials").size(), 3U);
  double last = 1.0;
  for (const auto& one : json.at("trials")) {
    const auto& accuracy = one.at("validation_accuracy");
    EXPECT_LE(accuracy.at("value").get<double>(), last);
    last = accuracy.at("value").get<double>();
    EXPECT_EQ(accuracy.at("n"), 400);
  }

  const auto before = trial("0001.json");
  fs::remove(folder_ / "out" / "trials" / "0001.json");
  const auto again = tune({"--trials", "2"});
  ASSERT_EQ(again.status, 0) << again.err;
  EXPECT_EQ(trial("0001.json"), before);
  EXPECT_THAT(again.err, HasSubstr("trial 0001 (2 of 3)"));
  EXPECT_THAT(again.err, testing::Not(HasSubstr("trial 0002 (")));
  EXPECT_THAT(again.out, testing::StartsWith(
                             "rank  trial                   validation accuracy   points against "
                             "the base  seconds  changes\n   1   000"));
  EXPECT_THAT(again.out, HasSubstr("the best of several trials looks better than it is"));

  const auto trained = call_digits({"train", "--config", folder_ / "out" / "best.toml", "--data",
                                    fixtures() / "tiny", "--out", folder_ / "run", "--json"});
  ASSERT_EQ(trained.status, 0) << trained.err;
  EXPECT_EQ(Json::parse(trained.out).at("best_epoch").at("validation_accuracy"),
            json.at("trials").at(0).at("validation_accuracy"));
}

// A folder belongs to one search: seed, space, configuration and command.
TEST_F(TuneTest, RefusesAnotherSearchInTheFolder) {
  ASSERT_EQ(tune({"--trials", "1"}).status, 0);
  expect_refusal(tune({"--trials", "1", "--seed", "9"}), "config.changed", 2);
  expect_refusal(tune({"--trials", "1", "--batch-size", "16"}), "config.changed", 2);
  expect_refusal(call("ablate", {"--seeds", "1"}), "config.changed", 2);
  write_file(folder_ / "space.toml", "train.learning_rate = [0.01]\n");
  expect_refusal(tune({"--trials", "1"}), "config.changed", 2);
}

TEST_F(TuneTest, RejectsInvalidOptions) {
  expect_refusal(tune({"--trials", "0"}), "usage.option", 2);
  expect_refusal(tune({"--trails", "2"}), "usage.option", 2);
  expect_refusal(tune({"stray"}), "usage.argument", 2);
  expect_refusal(call("tune", {}), "usage.option", 2);
  expect_refusal(call_digits({"tune", "--space", folder_ / "space.toml"}), "usage.option", 2);
  expect_refusal(call("tune", {"--space", folder_ / "none.toml"}), "input.missing", 3);
  expect_refusal(call("ablate", {"--seeds", "0"}), "usage.option", 2);
  expect_refusal(call("ablate", {"--changes", folder_ / "none"}), "input.missing", 3);
  write_file(folder_ / "space.toml", "train.learning_rate = []\n");
  expect_refusal(tune({"--trials", "1"}), "config.space", 2);
  EXPECT_FALSE(fs::exists(folder_ / "out"));
  EXPECT_THAT(call_digits({"tune", "--help"}).out, HasSubstr("--space FILE"));
  EXPECT_THAT(call_digits({"ablate", "--help"}).out, HasSubstr("--changes FILE"));
}

// The message of a wrong number has the smallest and the largest number of trainings.
TEST_F(TuneTest, NamesTheLimitsOfTheTrainings) {
  EXPECT_THAT(tune({"--trials", "0"}).err, HasSubstr(": --trials 0, expected 1 to 10000 (hint: "));
  EXPECT_THAT(call("ablate", {"--seeds", "0"}).err,
              HasSubstr(": --seeds 0, expected 1 to 1000 (hint: "));
}

// One row per augmentation of tiny.toml, and all of them; a second seed is added to the first.
TEST_F(TuneTest, AblatesEachAugmentation) {
  ASSERT_EQ(call("ablate", {"--seeds", "1"}).status, 0);
  const auto result = call("ablate", {"--seeds", "2", "--json"});
  ASSERT_EQ(result.status, 0) << result.err;
  EXPECT_THAT(result.err, testing::Not(HasSubstr("seed3 (")));
  const auto json = Json::parse(result.out);
  EXPECT_EQ(json.at("schema"), "digits.ablation/1");
  std::vector<std::string> names;
  for (const auto& row : json.at("rows")) {
    names.push_back(row.at("name"));
    EXPECT_EQ(row.at("by_seed").size(), 2U);
    EXPECT_GT(row.at("seconds").get<double>(), 0.0);
  }
  EXPECT_THAT(names, testing::ElementsAre("base", "no rotation", "no shift", "no augmentation"));
}

// Named changes replace the default ones; a configuration without anything to remove is refused.
TEST_F(TuneTest, AblatesNamedChanges) {
  write_file(folder_ / "changes", "half the rate|train.learning_rate = 0.01\n");
  const auto result = call("ablate", {"--seeds", "1", "--changes", folder_ / "changes"});
  ASSERT_EQ(result.status, 0) << result.err;
  EXPECT_THAT(result.out, testing::ContainsRegex("\nhalf the rate .*undecided"));
  const auto nothing = call_digits(
      {"ablate", "--preset", "fast", "--data", folder_ / "set", "--out", folder_ / "nothing"});
  expect_refusal(nothing, "config.changes", 2);
}

}  // namespace
}  // namespace digits
