#include "repository/catalogue.h"

#include <string>

#include "support/testing.h"
#include "unit/repository/sample_package.h"

namespace digits {
namespace {

std::string damage_of(const Json& summary) { return summary.at("damage").get<std::string>(); }

// A row per version with the content of its manifest, and the current and previous version.
TEST(Catalogue, DescribesEachVersion) {
  const TemporaryDirectory folder;
  ModelFolder model(folder.path(), "m");
  for (const int seed : {7, 8}) {
    model.add(sample_schema(), [&](const auto& place) { write_sample(place, seed); });
  }
  model.promote(2);
  const auto summary = summarise(model);
  EXPECT_EQ(summary.at("name"), "m");
  EXPECT_EQ(summary.at("current"), 2);
  EXPECT_EQ(summary.at("previous"), 1);
  ASSERT_EQ(summary.at("versions").size(), 2U);
  EXPECT_EQ(summary.at("versions").at(0).at("seed"), 7);
  auto second = summary.at("versions").at(1);
  EXPECT_THAT(second.at("written").get<std::string>(),
              testing::MatchesRegex("20..-..-.. ..:..:.."));
  second.erase("written");
  EXPECT_EQ(second, (Json{{"version", 2},
                          {"accuracy", proportion(9, 10)},
                          {"data", "data/sample"},
                          {"seed", 8},
                          {"revision", "abc1234"},
                          {"libtorch", "1.13.0"}}));
}

// One damaged version does not hide the others, and is not listed as valid.
TEST(Catalogue, ShowsADamagedVersion) {
  const TemporaryDirectory folder;
  ModelFolder model(folder.path(), "m");
  for (int i = 0; i < 4; ++i) {
    model.add(sample_schema(), [](const auto& place) { write_sample(place); });
  }
  std::filesystem::remove(model.path_of(4) / kSumsFile);
  write_file(model.path_of(1) / kWeightsFile, "others");
  auto files = sample_files();
  files[kManifestFile] = "{}";
  write_files(model.path_of(2), files);
  const auto summary = summarise(model);
  const auto& versions = summary.at("versions");
  EXPECT_THAT(damage_of(versions.at(0)), testing::StartsWith("package.hash: "));
  EXPECT_FALSE(versions.at(0).contains("accuracy"));
  EXPECT_THAT(damage_of(versions.at(1)), testing::StartsWith("package.malformed: "));
  EXPECT_NE(versions.at(1).at("written"), "");
  EXPECT_FALSE(versions.at(2).contains("damage"));
  EXPECT_TRUE(versions.at(2).contains("accuracy"));
  EXPECT_THAT(damage_of(versions.at(3)), testing::StartsWith("package.missing: "));
  EXPECT_EQ(versions.at(3).at("written"), "");
  EXPECT_EQ(summary.at("previous"), nullptr);
}

// The same for an invalid current.json: its versions are listed, and the current one is not
// guessed.
TEST(Catalogue, ShowsADamagedCurrentFile) {
  const TemporaryDirectory folder;
  ModelFolder model(folder.path(), "m");
  model.add(sample_schema(), [](const auto& place) { write_sample(place); });
  write_file(folder / "m" / "current.json", "{\"schema\": \"digits.current/1\"}");
  const auto summary = summarise(model);
  EXPECT_THAT(damage_of(summary), testing::StartsWith("repository.malformed: "));
  EXPECT_FALSE(summary.contains("current"));
  EXPECT_FALSE(summary.contains("previous"));
  ASSERT_EQ(summary.at("versions").size(), 1U);
  EXPECT_TRUE(summary.at("versions").at(0).contains("accuracy"));
}

}  // namespace
}  // namespace digits
