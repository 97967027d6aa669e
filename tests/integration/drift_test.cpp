// `digits drift` on the tiny run's package and its profile.
#include "data/drift.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/files.h"
#include "base/rng.h"
#include "data/load.h"
#include "integration/tiny_run.h"
#include "support/shifts.h"

namespace digits {
namespace {

namespace fs = std::filesystem;

ProcessResult drift(const fs::path& data, const std::vector<std::string>& more = {}) {
  std::vector<std::string> words{"drift", "--model", tiny_run().package(), "--data", data};
  words.insert(words.end(), more.begin(), more.end());
  return call_digits(words);
}

// A set on disk whose test part is `test`. The command reads no other part.
struct OnDisk {
  explicit OnDisk(const Dataset& test) { save_dataset(folder.path(), Part::kTest, test); }
  TemporaryDirectory folder;
};

Dataset tiny_test() { return load_dataset(fixtures() / "tiny", Part::kTest); }

// The run's profile is that of its training set, and the package has the same bytes.
TEST(Drift, RunAndPackageHoldTheTrainingProfile) {
  const auto text = read_file(tiny_run().path() / "profile.json");
  EXPECT_EQ(read_file(tiny_run().package() / "profile.json"), text);
  const auto expected = make_profile(load_dataset(fixtures() / "tiny", Part::kTrain), 1);
  EXPECT_EQ(Json::parse(text), with_schema(kProfileSchema, expected));
}

// The run's own test set has not drifted: a row per feature, status 0. Its 200 images are enough
// for a verdict without a warning.
TEST(Drift, SameDistributionPasses) {
  const auto result = drift(fixtures() / "tiny");
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_THAT(result.err, testing::Not(testing::HasSubstr("fewer than")));
  for (const auto& bins : feature_bins(tiny_test().schema)) {
    EXPECT_THAT(result.out, testing::HasSubstr(bins.name));
  }
  EXPECT_THAT(result.out, testing::Not(testing::HasSubstr("drifted")));
}

// A saved profile takes the place of the set: the run's own has not drifted, that of dark images
// has.
TEST(Drift, ComparesASavedProfile) {
  const TemporaryDirectory folder;
  const auto drift_of = [&](const Profile& profile) {
    write_file(folder / "served.json", to_text(with_schema(kProfileSchema, profile), 2));
    return call_digits(
        {"drift", "--model", tiny_run().package(), "--profile", folder / "served.json"});
  };
  auto set = load_dataset(fixtures() / "tiny", Part::kTrain);
  const auto same = drift_of(make_profile(set, 1));
  EXPECT_EQ(same.status, 0) << same.err;
  EXPECT_THAT(same.out, testing::HasSubstr("served.json, 2000 images"));
  for (auto& pixel : set.images) pixel = static_cast<std::uint8_t>(pixel / 3);
  const auto dark = drift_of(make_profile(set, 1));
  EXPECT_EQ(dark.status, 4);
  EXPECT_THAT(dark.err, testing::HasSubstr("drift.detected"));
}

// Another document, a profile of other images, and a call with both or none of the options.
TEST(Drift, RejectsWhatIsNoProfile) {
  const TemporaryDirectory folder;
  const auto result_of = [&](const std::string& text) {
    write_file(folder / "served.json", text);
    return call_digits(
        {"drift", "--model", tiny_run().package(), "--profile", folder / "served.json"});
  };
  EXPECT_THAT(result_of(R"({"schema": "digits.run/1"})").err, testing::HasSubstr("data.malformed"));
  EXPECT_EQ(result_of("{").status, 3);
  auto later = with_schema(kProfileSchema, make_profile(tiny_test(), 1));
  later["schema"] = "digits.profile/9";  // all fields of a profile, in a form of another version
  EXPECT_THAT(result_of(to_text(later, 2)).err, testing::HasSubstr("data.malformed"));
  const auto small = with_schema(kProfileSchema, make_profile(random_dataset(60, 8, 8), 1));
  EXPECT_EQ(result_of(to_text(small, 2)).status, 3);
  EXPECT_EQ(call_digits({"drift", "--model", tiny_run().package()}).status, 2);
  EXPECT_EQ(drift(fixtures() / "tiny", {"--profile", "x.json"}).status, 2);
}

// The document and the table have the same numbers.
TEST(Drift, JsonListsEveryTest) {
  const auto result = drift(fixtures() / "tiny", {"--json"});
  ASSERT_EQ(result.status, 0) << result.err;
  const auto json = Json::parse(result.out);
  EXPECT_EQ(json.at("schema"), kDriftSchema);
  EXPECT_EQ(json.at("count"), 200);
  EXPECT_EQ(json.at("reference_count"), 2000);
  EXPECT_EQ(json.at("tests").size(), kFeatureCount + 1);
  EXPECT_TRUE(json.at("tests").back().at("reference").is_null());  // classes have no mean

  const auto set = (fixtures() / "tiny").string();
  EXPECT_EQ(json.at("data"), set);
  const auto mean = [](const Json& value) -> std::string {
    return value.is_null() ? "-" : fmt::format("{:.4f}", value.get<double>());
  };
  auto table = fmt::format("data       {}, 200 images\nreference  2000 training images\n", set);
  const char* row = "{:<14} {:>9} {:>9} {:>10} {:>9} {:>7} {:>6}  {}\n";
  table += fmt::format(fmt::runtime(row), "feature", "reference", "observed", "statistic", "p",
                       "effect", "bound", "verdict");
  for (const auto& test : json.at("tests")) {
    const auto number = [&](const char* key) { return test.at(key).get<double>(); };
    table += fmt::format(
        fmt::runtime(row), test.at("feature").get<std::string>(), mean(test.at("reference")),
        mean(test.at("observed")), fmt::format("{:.4g}", number("statistic")),
        fmt::format("{:.2g}", number("p")), fmt::format("{:.3f}", number("effect")),
        fmt::format("{:.2f}", number("bound")), "ok");
  }
  EXPECT_EQ(drift(fixtures() / "tiny").out, table);
}

// The table is printed, the error names the worst feature, and the status is that of a failed gate.
TEST(Drift, InvertedSetExitsWithStatus4) {
  const OnDisk set(shifts().front().apply(tiny_test()));
  const auto result = drift(set.folder.path());
  EXPECT_EQ(result.status, 4);
  EXPECT_THAT(result.out, testing::HasSubstr("drifted"));
  EXPECT_THAT(result.err, testing::StartsWith("digits: drift.detected: "));
  EXPECT_THAT(result.err, testing::HasSubstr("n = 200"));
}

// Data in use have no labels, so predictions are counted and the labels of the file are ignored.
TEST(Drift, IgnoresLabels) {
  auto set = tiny_test();
  std::fill(set.labels.begin(), set.labels.end(), std::uint8_t{3});
  const OnDisk relabelled(set);
  const auto result = drift(relabelled.folder.path(), {"--json"});
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_EQ(Json::parse(result.out).at("tests"),
            Json::parse(drift(fixtures() / "tiny", {"--json"}).out).at("tests"));
}

// Synthetic digits have the size of the package's images, with and without drift.
TEST(Drift, SyntheticDigitsHaveThePackageImageSize) {
  const auto result = drift("synthetic", {"--json"});
  EXPECT_THAT(result.status, testing::AnyOf(0, 4)) << result.err;
  EXPECT_EQ(Json::parse(result.out).at("count"), 2000);
}

// A verdict on few images has a warning.
TEST(Drift, WarnsAboutFewImages) {
  const OnDisk set(subset(tiny_test(), permutation(150, 1, Stream::kTest)));
  const auto result = drift(set.folder.path());
  EXPECT_EQ(result.status, 0) << result.out;
  EXPECT_THAT(result.err, testing::HasSubstr("150 images: with fewer than 200"));
}

TEST(Drift, RejectsIncomparableSets) {
  const auto refused = [](const Dataset& test, const std::string& code) {
    const OnDisk set(test);
    const auto result = drift(set.folder.path());
    EXPECT_EQ(result.status, 3);
    EXPECT_THAT(result.err, testing::StartsWith("digits: " + code + ": "));
    EXPECT_EQ(result.out, "");
  };
  refused(subset(tiny_test(), permutation(kMinDriftImages - 1, 1, Stream::kTest)), "data.too_few");
  refused(random_dataset(100, 28, 28), "data.schema_mismatch");
  EXPECT_THAT(call_digits({"drift", "--data", "synthetic"}).err, testing::HasSubstr("no --model"));
  EXPECT_EQ(call_digits({"drift", "--model", tiny_run().package()}).status, 2);
}

// A run with a lost or edited profile is not packaged.
TEST(Drift, DamagedProfileIsNotPackaged) {
  const TemporaryDirectory folder;
  fs::copy(tiny_run().path(), folder / "run", fs::copy_options::recursive);
  fs::remove_all(folder / "run" / "package");
  auto profile = Json::parse(read_file(folder / "run" / "profile.json"));
  profile["features"]["aspect"]["counts"][3] = 12345;
  write_json(folder / "run" / "profile.json", profile);
  const std::vector<std::string> package{"package", folder / "run", "--out",
                                         folder / "run" / "package"};
  const auto edited = call_digits(package);
  EXPECT_EQ(edited.status, 3);
  EXPECT_THAT(edited.err, testing::StartsWith("digits: input.malformed: profile: aspect has "));
  fs::remove(folder / "run" / "profile.json");
  EXPECT_THAT(call_digits(package).err, testing::StartsWith("digits: input.missing: "));
  EXPECT_FALSE(fs::exists(folder / "run" / "package"));
}

}  // namespace
}  // namespace digits
