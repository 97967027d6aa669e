// Sets in other formats than MNIST's, through the commands: the options for reading files.
#include "data/set_options.h"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>
#include <string>

#include "base/files.h"
#include "data/image_file.h"
#include "data/load.h"
#include "data/profile.h"
#include "integration/tiny_run.h"
#include "pipeline/config.h"
#include "pipeline/evaluate_photos.h"

namespace digits {
namespace {

namespace fs = std::filesystem;

// The tiny set in another form: dark on light, transposed, labels from 1.
void write_unusual_set(const fs::path& folder) {
  make_directories(folder);
  SetOptions options;
  options.invert = true;
  options.transpose = true;
  for (const auto part : {Part::kTrain, Part::kTest}) {
    auto set = load_dataset(fixtures() / "tiny", part, {}, options);
    for (auto& label : set.labels) ++label;
    save_dataset(folder, part, set);
  }
}

// `command` on the set at `data`, read with all options.
std::vector<std::string> with_options(std::vector<std::string> command, const fs::path& data) {
  command.insert(command.end(), {"--data", data, "--invert", "--transpose", "--first-label", "1"});
  return command;
}

Json inspected(const std::vector<std::string>& arguments) {
  const auto inspect = call_digits(arguments);
  EXPECT_EQ(inspect.status, 0) << inspect.err;
  return Json::parse(inspect.out);
}

// With the right options the set has the tiny set's fingerprint, and its classes keep their labels.
TEST(SetOptions, ReadAnUnusualSet) {
  const TemporaryDirectory folder;
  write_unusual_set(folder / "set");
  const auto plain = inspected({"inspect", "--json", "--data", fixtures() / "tiny"});
  const auto unusual = inspected(with_options({"inspect", "--json"}, folder / "set"));
  for (const char* part : {"train", "test"}) {
    EXPECT_EQ(unusual.at(part).at("fingerprint"), plain.at(part).at("fingerprint"));
  }
  EXPECT_EQ(unusual.at("data").at("class_names").front(), "1");
  EXPECT_EQ(unusual.at("data").at("class_names").back(), "10");
}

// Without the options the errors name them one after the other.
TEST(SetOptions, AreNamedInErrors) {
  const TemporaryDirectory folder;
  write_unusual_set(folder / "set");
  const auto first = call_digits({"inspect", "--data", folder / "set"});
  EXPECT_EQ(first.status, 3);
  EXPECT_THAT(first.err, testing::HasSubstr("add --first-label 1"));
  const auto second = call_digits({"inspect", "--data", folder / "set", "--first-label", "1"});
  EXPECT_EQ(second.status, 3);
  EXPECT_THAT(second.err, testing::StartsWith("digits: data.inverted: "));
  EXPECT_THAT(second.err, testing::HasSubstr("add --invert"));
  for (const auto& result : {first, second}) {
    EXPECT_THAT(result.err, testing::Not(testing::HasSubstr("digits inspect")));
  }
}

// Another set is evaluated, and compared with the profile, with the options.
TEST(SetOptions, ApplyToEvaluateAndDrift) {
  const TemporaryDirectory folder;
  write_unusual_set(folder / "set");
  const auto own = Json::parse(read_file(tiny_run().path() / "evaluation.json"));
  const auto evaluate =
      call_digits(with_options({"evaluate", tiny_run().path(), "--json"}, folder / "set"));
  ASSERT_EQ(evaluate.status, 0) << evaluate.err;
  EXPECT_EQ(Json::parse(evaluate.out).at("accuracy"), own.at("accuracy"));
  const auto drift = call_digits(
      with_options({"drift", "--json", "--model", tiny_run().package()}, folder / "set"));
  const auto plain = call_digits(
      {"drift", "--json", "--model", tiny_run().package(), "--data", fixtures() / "tiny"});
  EXPECT_EQ(drift.status, plain.status) << drift.err;
  EXPECT_EQ(Json::parse(drift.out).at("tests"), Json::parse(plain.out).at("tests"));
}

// A run records the options, so its configuration alone reads the same set again.
TEST(SetOptions, AreStoredWithTheRun) {
  const TemporaryDirectory folder;
  write_unusual_set(folder / "set");
  const auto train = call_digits(with_options(
      {"train", "--config", fixtures() / "tiny.toml", "--out", folder / "run"}, folder / "set"));
  ASSERT_EQ(train.status, 0) << train.err;
  const auto config = load_complete_config(folder / "run" / "config.toml");
  EXPECT_EQ(config.data.first_label, 1);
  EXPECT_TRUE(config.data.invert);
  EXPECT_TRUE(config.data.transpose);
  const auto data = Json::parse(read_file(folder / "run" / "data.json"));
  const auto again = inspected({"inspect", "--json", "--config", folder / "run" / "config.toml"});
  EXPECT_EQ(again.at("train"), data.at("train"));
  EXPECT_EQ(call_digits({"evaluate", folder / "run"}).status, 0);
}

// Drawn digits in class folders in place of photos. The picture 3/bad.png is unreadable, and a 0
// lies among the ones.
void write_photos(const fs::path& folder) {
  for (int k = 0; k < 10; ++k) {
    const auto name = std::to_string(k);
    make_directories(folder / name);
    fs::copy(fixtures() / "digits" / (name + "-large.png"), folder / name);
  }
  fs::copy(fixtures() / "digits" / "0-large.png", folder / "1");
  write_file(folder / "3" / "bad.png", "no picture");
}

// The accuracy is that of the predictions by predict. An unreadable photo counts as wrong.
TEST(EvaluatePhotos, CountsThePredictionsOfPredict) {
  const TemporaryDirectory folder;
  write_photos(folder / "photos");
  const auto evaluate =
      call_digits({"evaluate", tiny_run().path(), "--photos", folder / "photos", "--json"});
  ASSERT_EQ(evaluate.status, 0) << evaluate.err;
  EXPECT_THAT(evaluate.err, testing::HasSubstr("image.unreadable: " +
                                               (folder / "photos" / "3" / "bad.png").string()));
  const auto json = Json::parse(evaluate.out);
  int right = 0;
  for (int k = 0; k < 10; ++k) {
    const auto predict = call_digits({"predict", "--json", "--model", tiny_run().package(),
                                      folder / "photos" / std::to_string(k)});
    std::istringstream lines(predict.out);
    for (std::string line; std::getline(lines, line);) {
      right += Json::parse(line).at("label") == std::to_string(k) ? 1 : 0;
    }
  }
  EXPECT_GT(right, 5);
  EXPECT_EQ(json.at("accuracy").at("n"), 12);
  EXPECT_DOUBLE_EQ(json.at("accuracy").at("value"), right / 12.0);
  EXPECT_EQ(json.at("read").at("accuracy").at("n"), 11);
  EXPECT_EQ(json.at("unread").size(), 1U);
  EXPECT_EQ(json.at("unread").at(0).at("error"), "image.unreadable");
}

// A run without normal form in its training images uses images of their size unchanged.
TEST(EvaluatePhotos, UsesNormalFormOnlyIfTrainingDid) {
  const TemporaryDirectory folder;
  fs::copy(tiny_run().path(), folder / "run", fs::copy_options::recursive);
  const auto run = RunDirectory::open(folder / "run");
  const auto test = load_dataset(fixtures() / "tiny", Part::kTest);
  Dataset corners{test.schema, std::vector<std::uint8_t>(test.schema.image_bytes()), {3}};
  for (int row = 2; row < 12; ++row) corners.image(0)[row * test.schema.cols + 3] = 255;
  make_directories(folder / "photos" / "3");
  write_png(folder / "photos" / "3" / "corner.png", corners.image(0), corners.schema);
  const auto read = [&] {
    return evaluate_photos(run, run.read_config(), folder / "photos").photos.set.images;
  };
  EXPECT_NE(read(), corners.images);
  run.write_profile(make_profile(corners, 1));
  EXPECT_EQ(read(), corners.images);
}

// The table has the findings, here about a file that is no picture.
TEST(EvaluatePhotos, PrintsATable) {
  const TemporaryDirectory folder;
  write_photos(folder / "photos");
  write_file(folder / "photos" / "3" / "note.txt", "a note");
  const auto result = call_digits({"evaluate", tiny_run().path(), "--photos", folder / "photos"});
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_THAT(result.out,
              testing::HasSubstr("12, of which 1 could not be read and count as wrong\n"));
  EXPECT_THAT(result.out, testing::ContainsRegex("accuracy +[0-9.]+ %.*n = 12\n"));
  EXPECT_THAT(result.out, testing::HasSubstr("confusion (row: truth, column: prediction)"));
  EXPECT_THAT(result.out, testing::HasSubstr("\nnote      data.passed_over: 1 other files passed "
                                             "over (1 .txt: 3/note.txt)\n"));
}

// A hundred unreadable photos are listed. Of the others only their number is printed.
TEST(EvaluatePhotos, ListsAHundredUnreadablePhotos) {
  const TemporaryDirectory folder;
  write_photos(folder / "photos");  // one of them unreadable
  int number = 0;
  const auto errors_after_adding = [&](int more) {
    for (int i = 0; i < more; ++i) {
      write_file(folder / "photos" / "7" / fmt::format("bad-{}.png", ++number), "no picture",
                 Durability::kUnsynced);
    }
    const auto result = call_digits({"evaluate", tiny_run().path(), "--photos", folder / "photos"});
    EXPECT_EQ(result.status, 0) << result.err;
    return result.err;
  };
  const auto listed = [](const std::string& errors) {
    std::istringstream lines(errors);
    int count = 0;
    for (std::string line; std::getline(lines, line);) {
      count += line.rfind("image.unreadable: ", 0) == 0 ? 1 : 0;
    }
    return count;
  };
  const auto all = errors_after_adding(99);
  EXPECT_EQ(listed(all), 100);
  EXPECT_THAT(all, testing::Not(testing::HasSubstr(" more\n")));
  const auto some = errors_after_adding(2);
  EXPECT_EQ(listed(some), 100);
  EXPECT_THAT(some, testing::EndsWith("\n... and 2 more\n"));
}

TEST(EvaluatePhotos, RejectsFoldersWithoutReadablePhotos) {
  const TemporaryDirectory folder;
  const auto status = [&](const std::vector<std::string>& more) {
    std::vector<std::string> arguments{"evaluate", tiny_run().path()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return call_digits(arguments).status;
  };
  EXPECT_EQ(status({"--photos", folder / "none"}), 3);
  EXPECT_EQ(status({"--photos", folder.path(), "--data", fixtures() / "tiny"}), 2);
  make_directories(folder / "3");
  write_file(folder / "3" / "bad.png", "no picture");
  EXPECT_EQ(status({"--photos", folder.path()}), 3);  // no readable photo
}

}  // namespace
}  // namespace digits
