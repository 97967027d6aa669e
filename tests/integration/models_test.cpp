// A run's model in a repository, from the command line.
#include <fmt/format.h>

#include "base/files.h"
#include "base/json.h"
#include "base/quantity_text.h"
#include "cli/output.h"
#include "integration/tiny_run.h"
#include "repository/model_folder.h"

namespace digits {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

// The tiny run packaged twice, as tiny/1 and tiny/2.
class Models : public testing::Test {
 public:
  static void SetUpTestSuite() {
    folder_ = new TemporaryDirectory;
    for (auto& result : packaged_) {
      result = call_digits({"package", tiny_run().path(), "--repository", repository(), "--json"});
    }
  }
  static void TearDownTestSuite() {
    delete folder_;
    folder_ = nullptr;
  }
  static std::string repository() { return *folder_ / "models"; }

  // `digits models WORDS --repository ...`
  static ProcessResult models(std::vector<std::string> words) {
    words.insert(words.begin(), "models");
    words.insert(words.end(), {"--repository", repository()});
    return call_digits(words);
  }

  static inline TemporaryDirectory* folder_ = nullptr;
  static inline ProcessResult packaged_[2];
};

// The model is named after the data, the versions are numbered in order, and each version is the
// package of `run` to the bit.
TEST_F(Models, PackageAddsTheNextVersion) {
  for (const int version : {1, 2}) {
    const auto& result = packaged_[version - 1];
    ASSERT_EQ(result.status, 0) << result.err;
    const auto json = Json::parse(result.out);
    EXPECT_EQ(json.at("model"), "tiny");
    EXPECT_EQ(json.at("version"), version);
    EXPECT_EQ(json.at("current"), 1);
    EXPECT_EQ(read_file(fs::path(json.at("package").get<std::string>()) / "SHA256SUMS"),
              read_file(tiny_run().package() / "SHA256SUMS"));
  }
  EXPECT_THAT(read_file(fs::path(repository()) / "tiny" / "config.pbtxt"),
              HasSubstr("dims: [1, 20, 20]"));
}

// A table with a row per version: metrics with interval, lineage, and the current version.
TEST_F(Models, AreListedWithMetricsAndLineage) {
  const auto table = models({});
  ASSERT_EQ(table.status, 0) << table.err;
  EXPECT_THAT(table.out, testing::ContainsRegex("\ntiny +1 \\* [0-9.]+ % \\[.*\\], n = 200 +3 "));
  EXPECT_THAT(table.out, testing::ContainsRegex("\ntiny +2   .*data/fixtures/tiny\n"));
  EXPECT_THAT(table.out, testing::StartsWith("model  version   accuracy "));
  const auto list = models({"list", "--json"});
  const auto json = Json::parse(list.out);
  EXPECT_EQ(json.at("schema"), "digits.models/1");
  const auto& tiny = json.at("models").at(0);
  EXPECT_EQ(tiny.at("versions").size(), 2U);
  const auto evaluation = Json::parse(read_file(tiny_run().path() / "evaluation.json"));
  EXPECT_EQ(tiny.at("versions").at(1).at("accuracy"), evaluation.at("accuracy"));
}

// The table of `digits models` for the models of this document.
std::string models_table(const Json& models) {
  const char* row = "{:<6}  {:>7} {:<1} {:<36}  {:>6}  {:<12}  {:<19}  {}\n";
  auto table = fmt::format(fmt::runtime(row), "model", "version", "", "accuracy", "seed",
                           "revision", "written, UTC", "data");
  for (const auto& model : models) {
    const auto name = model.at("name").get<std::string>();
    if (model.contains("damage")) {
      table += fmt::format(fmt::runtime(row), name, "", "", "damaged", "", "", "",
                           model.at("damage").get<std::string>());
    }
    for (const auto& version : model.at("versions")) {
      const auto number = version.at("version").get<int>();
      const auto text = [&](const char* key) { return version.at(key).get<std::string>(); };
      const auto is = [&](const char* key) { return model.contains(key) && model[key] == number; };
      const char* mark = is("current") ? "*" : is("previous") ? "-" : "";
      table += version.contains("damage")
                   ? fmt::format(fmt::runtime(row), name, number, mark, "damaged", "", "",
                                 text("written"), text("damage"))
                   : fmt::format(fmt::runtime(row), name, number, mark,
                                 percent(version.at("accuracy").get<Quantity>()),
                                 version.at("seed").get<int>(), text("revision").substr(0, 12),
                                 text("written"), text("data"));
    }
  }
  return table + "* current, - where a rollback goes\n";
}

// A model with an invalid current.json is a row of the list, and does not end it. So is a damaged
// version.
TEST_F(Models, ListIncludesDamagedModels) {
  const TemporaryDirectory folder;
  for (const char* name : {"edited", "whole"}) {
    fs::create_directories(folder / "models");
    fs::copy(repository() + "/tiny", folder / "models" / name, fs::copy_options::recursive);
  }
  write_file(folder / "models" / "edited" / "current.json", "{");
  write_file(folder / "models" / "whole" / "2" / "model.pt", "other bytes");
  const auto table = call_digits({"models", "--repository", folder / "models"});
  EXPECT_EQ(table.status, 0) << table.err;
  EXPECT_THAT(table.out, testing::ContainsRegex("\nedited +damaged .*repository.malformed: "));
  EXPECT_THAT(table.out, testing::ContainsRegex("\nedited +2 .* n = 200 "));
  EXPECT_THAT(table.out, testing::ContainsRegex("\nwhole +1 .* n = 200 "));
  const auto list = call_digits({"models", "--json", "--repository", folder / "models"});
  const auto models = Json::parse(list.out).at("models");
  EXPECT_THAT(models.at(0).at("damage").get<std::string>(), HasSubstr("current.json"));
  EXPECT_EQ(models.at(1).at("versions").size(), 2U);
  EXPECT_TRUE(models.at(1).at("versions").at(1).contains("damage"));
  EXPECT_EQ(table.out, models_table(models));
}

// --model NAME follows a promotion and a rollback.
TEST_F(Models, PromoteAndRollbackSelectTheCurrentVersion) {
  const auto promoted = models({"promote", "tiny", "2", "--json"});
  EXPECT_EQ(Json::parse(promoted.out), Json({{"model", "tiny"}, {"current", 2}, {"previous", 1}}));
  const auto drift = call_digits(
      {"drift", "--model", repository() + "/tiny", "--data", (fixtures() / "tiny").string()});
  EXPECT_EQ(drift.status, 0) << drift.err;
  const auto back = models({"rollback", "tiny"});
  EXPECT_EQ(back.status, 0) << back.err;
  EXPECT_THAT(back.out, testing::ContainsRegex("current +1\nrollback +nowhere"));
  EXPECT_EQ(models({"rollback", "tiny"}).status, 5);
}

TEST_F(Models, PrunePrintsTheRemovedVersions) {
  const TemporaryDirectory folder;
  fs::copy(repository(), folder / "models", fs::copy_options::recursive);
  const auto pruned =
      call_digits({"models", "prune", "tiny", "--keep", "0", "--repository", folder / "models"});
  EXPECT_EQ(pruned.status, 0) << pruned.err;
  EXPECT_THAT(pruned.out, testing::ContainsRegex("removed +2\n"));
  EXPECT_FALSE(fs::exists(folder / "models" / "tiny" / "2"));
}

// A model that fails its gates is not added to the repository and leaves nothing there.
TEST_F(Models, FailedGateAddsNoVersion) {
  const TemporaryDirectory folder;
  fs::copy(tiny_run().path(), folder / "run", fs::copy_options::recursive);
  write_file(folder / "run" / "gates.toml", kStrictGates);
  const auto result =
      call_digits({"package", folder / "run", "--repository", folder / "models", "--promote"});
  EXPECT_EQ(result.status, 4);
  EXPECT_FALSE(fs::exists(folder / "models"));
}

// --promote makes the new version current at once.
TEST_F(Models, PackageWithPromoteSetsTheCurrentVersion) {
  const TemporaryDirectory folder;
  for (int i = 0; i < 2; ++i) {
    ASSERT_EQ(call_digits({"package", tiny_run().path(), "--repository", folder / "models",
                           "--name", "other", "--promote"})
                  .status,
              0);
  }
  EXPECT_EQ(ModelFolder(folder / "models", "other").current(), 2);
  EXPECT_THAT(read_file(folder / "models" / "other" / "2" / "README.md"), HasSubstr("\n# other\n"));
}

// Each impossible request has its code and status.
TEST_F(Models, InvalidRequestsHaveCodeAndStatus) {
  const auto expect_refused = [](const ProcessResult& result, int status, const char* code) {
    EXPECT_EQ(result.status, status) << result.err;
    EXPECT_THAT(result.err, testing::StartsWith(std::string("digits: ") + code + ": "));
  };
  expect_refused(models({"promote", "tiny", "7"}), 5, "repository.missing");
  expect_refused(models({"promote", "none", "1"}), 5, "repository.missing");
  expect_refused(models({"rollback", "../tiny"}), 5, "repository.name");
  for (const char* version : {"two", "2x", "0"}) {
    expect_refused(models({"promote", "tiny", version}), 2, "usage.argument");
  }
  expect_refused(models({"promote", "tiny"}), 2, "usage.argument");
  expect_refused(models({"delete", "tiny"}), 2, "usage.argument");
  expect_refused(models({"lsit"}), 2, "usage.argument");
  EXPECT_THAT(models({"lsit"}).err, testing::HasSubstr("(hint: did you mean list?)"));
  expect_refused(models({"prune", "tiny", "--keep", "-1"}), 2, "usage.option");
  expect_refused(call_digits({"models", "--repository", *folder_ / "none"}), 5,
                 "repository.missing");
  const auto run = tiny_run().path().string();
  expect_refused(call_digits({"package", run, "--name", "../x", "--repository", repository()}), 5,
                 "repository.name");
  expect_refused(call_digits({"package", run, "--out", *folder_ / "x", "--promote"}), 2,
                 "usage.option");
}

}  // namespace
}  // namespace digits
