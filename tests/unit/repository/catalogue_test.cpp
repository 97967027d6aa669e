#include "repository/catalogue.h"

#include "support/testing.h"
#include "unit/repository/sample_package.h"

namespace digits {
namespace {

// A row per version with the content of its manifest, and the current and previous version.
TEST(Catalogue, DescribesEachVersion) {
  const TemporaryDirectory folder;
  ModelFolder model(folder.path(), "m");
  for (const int seed : {7, 8}) {
    model.add(sample_schema(), [&](const auto& place) { write_sample(place, seed); });
  }
  model.promote(2);
  const auto summary = summarise(model);
  EXPECT_EQ(summary.name, "m");
  EXPECT_THAT(summary.current, testing::Optional(2));
  EXPECT_THAT(summary.previous, testing::Optional(1));
  ASSERT_EQ(summary.versions.size(), 2U);
  const auto& facts = summary.versions[1].facts;
  ASSERT_TRUE(facts);
  EXPECT_EQ(facts->seed, 8);
  EXPECT_EQ(facts->accuracy.n, 10U);
  EXPECT_EQ(facts->revision, "abc1234");
  EXPECT_EQ(facts->libtorch, "1.13.0");
  EXPECT_THAT(summary.versions[1].written, testing::MatchesRegex("20..-..-.. ..:..:.."));
  const Json json = summary;
  EXPECT_EQ(json.at("versions").at(0).at("seed"), 7);
  EXPECT_EQ(json.at("previous"), 1);
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
  EXPECT_NE(summary.versions[1].written, "");
  EXPECT_FALSE(summary.versions[0].facts);
  EXPECT_THAT(summary.versions[0].damage, testing::StartsWith("package.hash: "));
  EXPECT_THAT(summary.versions[1].damage, testing::StartsWith("package.malformed: "));
  EXPECT_TRUE(summary.versions[2].facts);
  EXPECT_THAT(summary.versions[3].damage, testing::StartsWith("package.missing: "));
  EXPECT_EQ(summary.versions[3].written, "");
  const Json json = summary;
  EXPECT_TRUE(json.at("versions").at(0).contains("damage"));
  EXPECT_FALSE(json.at("versions").at(0).contains("accuracy"));
  EXPECT_EQ(json.at("previous"), nullptr);
}

// The same for an invalid current.json: its versions are listed, and the current one is not
// guessed.
TEST(Catalogue, ShowsADamagedCurrentFile) {
  const TemporaryDirectory folder;
  ModelFolder model(folder.path(), "m");
  model.add(sample_schema(), [](const auto& place) { write_sample(place); });
  write_file(folder / "m" / "current.json", "{\"schema\": \"digits.current/1\"}");
  const auto summary = summarise(model);
  EXPECT_EQ(summary.current, std::nullopt);
  EXPECT_THAT(summary.damage, testing::StartsWith("repository.malformed: "));
  ASSERT_EQ(summary.versions.size(), 1U);
  EXPECT_TRUE(summary.versions[0].facts);
  const Json json = summary;
  EXPECT_EQ(json.at("damage"), summary.damage);
  EXPECT_FALSE(json.contains("current"));
  EXPECT_FALSE(json.contains("previous"));
}

}  // namespace
}  // namespace digits
