// Extras add commands, files and a reader of pictures to the program, and an invalid one does not
// stop packaging.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/files.h"
#include "base/json.h"
#include "data/picture_reader.h"
#include "inference/version.h"
#include "integration/call_digits.h"
#include "integration/tiny_run.h"
#include "model/trainer.h"
#include "support/engines.h"
#include "support/full_disk.h"
#include "support/testing.h"

namespace digits {
namespace {

using testing::HasSubstr;
using testing::Not;

// Packages a copy of the tiny run, into `folder` / package.
ProcessResult package_with(const Extras& extras, const TemporaryDirectory& folder) {
  return call_digits_with(extras,
                          {"package", tiny_run().path(), "--out", folder / "package", "--json"});
}

int greet(const Arguments& arguments) {
  std::printf("hello %s\n", arguments.at(0).c_str());
  return kDone;
}

// An extra's command runs, and is in the overview and among the nearest names. The overview has
// four names, and without words it is an error. The versions have a line each.
TEST(Extras, AddCommands) {
  Extras extras;
  extras.commands.push_back({"greet", "greet someone", greet});
  EXPECT_EQ(call_digits_with(extras, {"greet", "Ada"}).out, "hello Ada\n");
  EXPECT_EQ(call_digits_with(extras, {"help", "greet"}).out, "hello --help\n");
  const auto overview = call_digits_with(extras, {"--help"}).out;
  EXPECT_THAT(overview, HasSubstr("\n  greet      greet someone\n\n"));
  for (const char* word : {"-h", "help"}) {
    const auto same = call_digits_with(extras, {word});
    EXPECT_EQ(same.status, kDone) << word;
    EXPECT_EQ(same.out, overview) << word;
  }
  const auto nothing = call_digits_with(extras, {});
  EXPECT_EQ(nothing.status, kUsage);
  EXPECT_EQ(nothing.out, overview);
  std::string lines;
  const auto all = versions();
  for (const auto& [key, value] : all.items()) {
    lines += fmt::format("{:<14} ", key);
    lines += value.is_array()
                 ? fmt::format("{}\n", fmt::join(value.get<std::vector<std::string>>(), " "))
                 : value.get<std::string>() + "\n";
  }
  EXPECT_EQ(call_digits_with(extras, {"--version"}).out, lines);
  EXPECT_THAT(call_digits_with(extras, {"gret"}).err, HasSubstr("digits greet"));
  const auto without = call_digits_with({}, {"greet", "Ada"});
  EXPECT_EQ(without.status, kUsage);
  EXPECT_THAT(without.err, HasSubstr("usage.command"));
}

// Writes more than FileSizeLimit allows, and ignores that.
int write_much(const Arguments&) {
  std::fputs(std::string(1 << 16, 'x').c_str(), stdout);
  return kDone;
}

// The output of a command is lost, as on a full disk: that is an error, also when the command does
// not notice it.
TEST(Extras, LostOutputIsAnError) {
  Extras extras;
  extras.commands.push_back({"much", "write much", write_much});
  ProcessResult result;
  {
    const FileSizeLimit limit(10000);
    result = call_digits_with(extras, {"much"});
  }
  std::clearerr(stdout);  // for the next command in this process
  EXPECT_EQ(result.status, kInternalError);
  EXPECT_THAT(result.err, testing::StartsWith("digits: disk.full: standard output: "));
}

// A file of an extra is in the package and in its sums. The command names the package.
TEST(Extras, AddPackageFiles) {
  const TemporaryDirectory folder;
  Extras extras;
  extras.package_files.push_back({"classes.txt", [](const std::string&, const Schema& schema) {
                                    return schema.class_names.front();
                                  }});
  const auto result = package_with(extras, folder);
  ASSERT_EQ(result.status, 0) << result.err;
  EXPECT_EQ(result.out, to_text(Json{{"package", (folder / "package").string()}}, -1) + "\n");
  EXPECT_EQ(read_file(folder / "package" / "classes.txt"), "0");
  EXPECT_THAT(read_file(folder / "package" / "SHA256SUMS"), HasSubstr("classes.txt"));
}

// A file that cannot be made is named in a warning, and the package is written without it.
TEST(Extras, FailedPackageFileIsOmitted) {
  const TemporaryDirectory folder;
  Extras extras;
  extras.package_files.push_back(
      {"model.xyz", [](const std::string&, const Schema&) -> std::string {
         throw Error("xyz.unsupported", "aten::sin", "map it");
       }});
  const auto result = package_with(extras, folder);
  ASSERT_EQ(result.status, 0) << result.err;
  EXPECT_FALSE(std::filesystem::exists(folder / "package" / "model.xyz"));
  EXPECT_THAT(result.err, HasSubstr("xyz.unsupported: aten::sin: packaging without model.xyz"));
}

// An engine that computes another network, as after a change of Network::forward: packaging
// continues with TorchScript, and a warning names the file to edit. The engine named by the user is
// an error.
TEST(Extras, OutdatedEngineIsSkipped) {
  const TemporaryDirectory folder;
  Extras extras;
  extras.engines.push_back(fake_factory("fast", "fast-bfloat16", 0.5F));
  const auto result = package_with(extras, folder);
  ASSERT_EQ(result.status, 0) << result.err;
  EXPECT_THAT(result.err, HasSubstr("engine.outdated"));
  EXPECT_THAT(result.err, HasSubstr("extras/fast/fast.cpp"));
  EXPECT_THAT(result.err, HasSubstr("continuing with engine torchscript"));
  const auto picture = fixtures() / "digits" / "3-small.png";
  const auto by_name = call_digits_with(
      extras, {"predict", "--model", folder / "package", "--engine", "fast", picture});
  EXPECT_EQ(by_name.status, kBadPackage);
  EXPECT_THAT(by_name.err, HasSubstr("package.golden"));
}

// An engine with the right logits causes no warning.
TEST(Extras, MatchingEngineIsUsed) {
  const TemporaryDirectory folder;
  Extras extras;
  extras.engines.push_back(fake_factory("fast", "fast-bfloat16"));
  const auto result = package_with(extras, folder);
  ASSERT_EQ(result.status, 0) << result.err;
  EXPECT_THAT(result.err, Not(HasSubstr("engine.outdated")));
}

// A log of an extra has an option of its own, and receives each step or epoch of a training, from
// step 1. A log may have one of the two callbacks.
TEST(Extras, AddTrainingLogs) {
  const TemporaryDirectory folder;
  int steps = 0, epochs = 0;
  TrainObserver of_steps, of_epochs;
  of_steps.on_step = [&](const StepRecord&) { ++steps; };
  of_epochs.on_epoch = [&](const EpochRecord&) { ++epochs; };
  Extras extras;
  std::vector<std::size_t> first_steps;
  for (const auto& [option, observer] : {std::pair("steps", of_steps), {"passes", of_epochs}}) {
    extras.training_logs.push_back(
        {option, "count",
         [&, made = observer](const auto&, std::size_t first_step, const auto&, const auto&) {
           first_steps.push_back(first_step);
           return made;
         }});
  }
  std::vector<std::string> train{"train", "--config", "data/fixtures/tiny.toml", "--epochs", "2"};
  train.insert(train.end(), {"--steps", "--passes", "--out", folder / "run"});
  const auto result = call_digits_with(extras, train);
  EXPECT_EQ(result.status, kDone) << result.err;
  EXPECT_EQ(epochs, 2);
  EXPECT_GT(steps, epochs);
  EXPECT_THAT(first_steps, testing::ElementsAre(1U, 1U));
  EXPECT_EQ(call_digits_with({}, train).status, kUsage);
}

// The reader of an extra finds the digits in a picture, and its sentence is in the help of
// `predict`. Without it the picture is one digit.
TEST(Extras, SetThePictureReader) {
  Extras extras;
  extras.picture_reader.help = "Doubling.";
  extras.picture_reader.read = [](const cv::Mat1b& grey, DigitCount) {
    auto reading = read_as_one_digit(grey);
    reading.digits.push_back(reading.digits.front());
    reading.left_out = "1 stain";
    return reading;
  };
  const std::vector<std::string> predict{"predict", "--json", "--model", tiny_run().package(),
                                         fixtures() / "digits" / "3-large.png"};
  const auto two = call_digits_with(extras, predict);
  EXPECT_EQ(two.status, kDone) << two.err;
  EXPECT_EQ(std::count(two.out.begin(), two.out.end(), '\n'), 2);
  EXPECT_THAT(two.err, HasSubstr("3-large.png: left out: 1 stain\n"));
  EXPECT_THAT(call_digits_with(extras, {"predict", "--help"}).out, HasSubstr("Doubling."));
  const auto one = call_digits_with({}, predict);
  EXPECT_EQ(one.status, kDone) << one.err;
  EXPECT_EQ(std::count(one.out.begin(), one.out.end(), '\n'), 1);
  EXPECT_THAT(one.err, Not(HasSubstr("left out")));
  EXPECT_THAT(call_digits_with({}, {"predict", "--help"}).out, Not(HasSubstr("Doubling.")));
}

}  // namespace
}  // namespace digits
