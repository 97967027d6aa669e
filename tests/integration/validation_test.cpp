// Findings of the validation, and their effect on the commands.
#include <algorithm>
#include <cstdint>
#include <numeric>

#include "base/files.h"
#include "data/contact_sheet.h"
#include "data/load.h"
#include "data/similar.h"
#include "pipeline/config.h"
#include "support/program.h"
#include "support/testing.h"

namespace digits {
namespace {

namespace fs = std::filesystem;

// The tiny set without its near duplicates, which has no finding.
void write_clean_set(const fs::path& folder) {
  make_directories(folder);
  for (const auto part : {Part::kTrain, Part::kTest}) {
    const auto set = load_dataset(fixtures() / "tiny", part);
    std::vector<std::size_t> all(set.size());
    std::iota(all.begin(), all.end(), std::size_t{0});
    std::vector<std::uint32_t> indices(all.begin(), all.end());
    for (const auto& match : near_duplicates({set, all}, NearOptions()).matches) {
      indices.erase(std::find(indices.begin(), indices.end(), match.image));
    }
    save_dataset(folder, part, subset(set, indices));
  }
}

// The same set with one warning: test image 5 is nearly training image 30 and has its class.
void write_flawed_set(const fs::path& folder) {
  write_clean_set(folder);
  const auto train = load_dataset(folder, Part::kTrain);
  auto test = load_dataset(folder, Part::kTest);
  std::copy(train.image(30), train.image(31), test.image(5));
  test.image(5)[0] ^= 1;
  test.labels[5] = train.labels[30];
  save_dataset(folder, Part::kTest, test);
}

std::vector<std::string> codes_in(const Json& findings) {
  std::vector<std::string> codes;
  for (const auto& finding : findings) codes.push_back(finding.at("code"));
  return codes;
}

// The output has the finding, its duration, and the image numbers. data.json has the same finding.
TEST(Inspect, PrintsAndWritesFindings) {
  const TemporaryDirectory folder;
  write_flawed_set(folder / "set");
  const auto inspect =
      call_digits({"inspect", "--data", folder / "set", "--out", folder / "data.json"});
  EXPECT_EQ(inspect.status, 0) << inspect.err;
  EXPECT_THAT(inspect.out, testing::ContainsRegex("validation +[0-9.]+ s\n"));
  EXPECT_THAT(inspect.out, testing::HasSubstr("warning   data.near_leakage: test: 1 of 200"));
  EXPECT_THAT(inspect.out, testing::HasSubstr("(first: 5)"));
  const auto data = Json::parse(read_file(folder / "data.json"));
  EXPECT_EQ(data.at("schema"), "digits.data/1");
  ASSERT_THAT(codes_in(data.at("findings")), testing::ElementsAre("data.near_leakage"));
  EXPECT_EQ(data.at("findings").at(0).at("severity"), "warning");
  EXPECT_EQ(data.at("findings").at(0).at("first"), Json::array({5}));
}

// With fail_on = "warning" a warning stops the command before it writes anything. The flag and the
// configuration both work.
TEST(FailOn, WarningStopsInspectRunAndTrain) {
  const TemporaryDirectory folder;
  write_flawed_set(folder / "set");
  write_file(folder / "strict.toml", "[data]\nfail_on = \"warning\"\n");
  const std::vector<std::string> data{"--data", folder / "set"};
  for (std::vector<std::string> command : {std::vector<std::string>{"inspect"},
                                           {"run", "--out", folder / "run"},
                                           {"train", "--out", folder / "run"}}) {
    command.insert(command.end(), data.begin(), data.end());
    for (const auto& strict : std::vector<std::vector<std::string>>{
             {"--fail-on", "warning"}, {"--config", folder / "strict.toml"}}) {
      auto arguments = command;
      arguments.insert(arguments.end(), strict.begin(), strict.end());
      const auto result = call_digits(arguments);
      EXPECT_EQ(result.status, 3) << command[0] << result.err;
      EXPECT_THAT(result.err, testing::StartsWith("digits: data.near_leakage: "));
      EXPECT_FALSE(fs::exists(folder / "run"));
    }
  }
}

// With fail_on = "warning" a set without findings passes.
TEST(FailOn, WarningLetsACleanSetPass) {
  const TemporaryDirectory folder;
  write_clean_set(folder / "set");
  const auto result = call_digits({"inspect", "--data", folder / "set", "--fail-on", "warning"});
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_THAT(result.out, testing::HasSubstr("findings  none"));
}

// A set that cannot be loaded: the reason is printed and written like other findings, and the exit
// status is that of bad data.
TEST(Inspect, ReportsALoadErrorAsAFinding) {
  const TemporaryDirectory folder;
  fs::copy(fixtures() / "tiny", folder / "set");
  const auto images = folder / "set" / "train-images-idx3-ubyte";
  fs::remove(images.string() + ".gz");
  write_file(images, std::string("\0\0\x08\x03\0\0", 6));
  const auto table =
      call_digits({"inspect", "--data", folder / "set", "--out", folder / "data.json"});
  EXPECT_EQ(table.status, 3);
  EXPECT_THAT(table.out, testing::StartsWith("error     idx.truncated: "));
  EXPECT_THAT(table.err, testing::StartsWith("digits: idx.truncated: "));
  const auto data = Json::parse(read_file(folder / "data.json"));
  EXPECT_EQ(data.at("schema"), "digits.data/1");
  ASSERT_THAT(codes_in(data.at("findings")), testing::ElementsAre("idx.truncated"));
  EXPECT_EQ(data.at("findings").at(0).at("severity"), "error");
  const auto json = call_digits({"inspect", "--data", folder / "set", "--json"});
  EXPECT_EQ(json.status, 3);
  EXPECT_EQ(Json::parse(json.out), data);
}

// The sheet shows the training images, and versions with the augmentation and the seed of the
// configuration.
TEST(Inspect, DrawsTheAugmentationOfTheConfiguration) {
  const TemporaryDirectory folder;
  const auto result = call_digits(
      {"inspect", "--config", "data/fixtures/tiny.toml", "--sheet", folder / "sheet.png"});
  ASSERT_EQ(result.status, 0) << result.err;
  const auto config = load_config(fixtures() / "tiny.toml", Config());
  ASSERT_TRUE(config.augment.changes());
  write_contact_sheet(folder / "expected.png", load_dataset(fixtures() / "tiny", Part::kTrain),
                      config.augment, static_cast<std::uint64_t>(config.seed));
  EXPECT_TRUE(read_file(folder / "sheet.png") == read_file(folder / "expected.png"));
}

// An invalid configuration is not a finding about the data.
TEST(Inspect, ReportsNoFindingForAConfigurationError) {
  const TemporaryDirectory folder;
  const auto result = call_digits({"inspect", "--fail-on", "never", "--out", folder / "data.json"});
  EXPECT_EQ(result.status, 2);
  EXPECT_EQ(result.out, "");
  EXPECT_FALSE(fs::exists(folder / "data.json"));
}

}  // namespace
}  // namespace digits
