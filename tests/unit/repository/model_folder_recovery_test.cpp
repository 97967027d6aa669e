// Changes that fail or end midway, and damaged files: no version is lost, and none becomes current.
#include <climits>
#include <filesystem>
#include <stdexcept>
#include <string>

#include "base/files.h"
#include "base/json.h"
#include "repository/model_folder.h"
#include "support/testing.h"
#include "unit/repository/model_folder_fixture.h"
#include "unit/repository/sample_package.h"

namespace digits {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::IsEmpty;

// The writer fails at the very end: no version, no current version, and the number is still free.
TEST_F(ModelFolderTest, FailedAddLeavesNoVersion) {
  const auto fail = [](const fs::path& folder) {
    StagedDirectory staged(folder);
    write_files(staged.path(), sample_files());
    throw std::runtime_error("no");
  };
  EXPECT_THROW(model_.add(sample_schema(), fail), std::runtime_error);
  EXPECT_THAT(model_.versions(), IsEmpty());
  expect_error("repository.missing", [&] { model_.current(); });
  EXPECT_THAT(models_in(repository()), IsEmpty());
  add(1);
  EXPECT_THROW(model_.add(sample_schema(), fail), std::runtime_error);
  EXPECT_EQ(model_.current(), 1);
  EXPECT_FALSE(fs::exists(model_.path_of(2)));
  EXPECT_EQ(model_.add(sample_schema(), write_version), 2);
}

// While the first version is being written, no file names it.
TEST_F(ModelFolderTest, CurrentIsWrittenAfterTheFiles) {
  model_.add(sample_schema(), [&](const fs::path& folder) {
    expect_error("repository.missing", [&] { model_.current(); });
    write_sample(folder);
    expect_error("repository.malformed", [&] { model_.current(); });  // for a moment
  });
  EXPECT_EQ(model_.current(), 1);
}

// The configuration is written before current.json: if it cannot be written, nothing changes.
TEST_F(ModelFolderTest, CurrentIsWrittenAfterTheConfiguration) {
  add(2);
  fs::remove(repository() / "m" / "config.pbtxt");
  fs::create_directory(repository() / "m" / "config.pbtxt");
  expect_error("output.unwritable", [&] { model_.promote(2); });
  EXPECT_EQ(model_.current(), 1);
}

// Killed between the two files: repeating the command gives the same result, also for a rollback.
// Any other command resets Triton to the current version.
TEST_F(ModelFolderTest, InterruptedChangeCanBeRepeated) {
  add(3);
  model_.promote(2);
  model_.promote(3);
  const auto before = file("current.json");
  model_.rollback();
  write_file(repository() / "m" / "current.json", before);  // as if it had ended a moment before
  EXPECT_EQ(model_.rollback(), 2);
  EXPECT_THAT(file("config.pbtxt"), testing::HasSubstr("versions: [2]"));
  write_file(repository() / "m" / "current.json", before);
  model_.prune(3);
  EXPECT_THAT(file("config.pbtxt"), testing::HasSubstr("versions: [3]"));
}

// Killed after the new version exists and before current.json records it: it can be promoted, and
// after its removal its number is not used again.
TEST_F(ModelFolderTest, InterruptedAddKeepsItsNumber) {
  add(2);
  const auto before = file("current.json");
  add(1);
  write_file(repository() / "m" / "current.json", before);
  model_.promote(3);
  EXPECT_EQ(model_.current(), 3);
  EXPECT_EQ(model_.rollback(), 1);
  write_file(repository() / "m" / "current.json", before);
  EXPECT_THAT(model_.prune(0), ElementsAre(2, 3));
  EXPECT_EQ(model_.add(sample_schema(), write_version), 4);
}

// Without current.json the current version is not guessed, and no new version becomes current: a
// promotion sets it, and all other commands work as before.
TEST_F(ModelFolderTest, MissingCurrentIsNotGuessed) {
  add(3);
  model_.promote(2);
  fs::remove(repository() / "m" / "current.json");
  EXPECT_THAT(models_in(repository()), testing::SizeIs(1));
  expect_error("repository.malformed", [&] { model_.current(); });
  expect_error("repository.malformed", [&] { model_.rollback(); });
  expect_error("repository.malformed", [&] { model_.prune(1); });
  expect_error("repository.malformed", [&] { model_.add(sample_schema(), write_version); });
  expect_error("repository.missing", [&] { model_.promote(4); });
  EXPECT_THAT(model_.versions(), ElementsAre(1, 2, 3));
  model_.promote(2);
  EXPECT_EQ(model_.current(), 2);
  EXPECT_THAT(file("config.pbtxt"), testing::HasSubstr("versions: [2]"));
  EXPECT_EQ(model_.add(sample_schema(), write_version), 4);
  EXPECT_EQ(model_.current(), 2);
}

// An unreadable policy is an error before any version is added, removed or promoted.
TEST_F(ModelFolderTest, UnreadablePolicyChangesNothing) {
  add(3);
  write_file(repository() / "m" / "config.pbtxt", "version_policy < all < > >\n");
  const auto before = files_below(repository());
  expect_error("repository.malformed", [&] { model_.promote(2); });
  expect_error("repository.malformed", [&] { model_.prune(0); });
  expect_error("repository.malformed", [&] { model_.add(sample_schema(), write_version); });
  EXPECT_EQ(model_.current(), 1);
  EXPECT_EQ(files_below(repository()), before);
}

// The next writer removes a killed writer's leftovers. A mistyped name creates nothing.
TEST_F(ModelFolderTest, RemovesLeftovers) {
  fs::create_directories(repository() / "m" / ".1.tmp-0123456789abcdef");
  add(1);
  EXPECT_FALSE(fs::exists(repository() / "m" / ".1.tmp-0123456789abcdef"));
  ModelFolder typo(repository(), "n");
  expect_error("repository.missing", [&] { typo.promote(1); });
  expect_error("repository.missing", [&] { typo.rollback(); });
  expect_error("repository.missing", [&] { typo.prune(1); });
  EXPECT_FALSE(fs::exists(repository() / "n"));
}

TEST_F(ModelFolderTest, InvalidCurrentFileIsRejected) {
  add(1);
  const auto edit = [&](const std::string& key, const Json& value) {
    auto json = Json::parse(file("current.json"));
    json[key] = value;
    write_file(folder_ / "edited" / "current.json", to_text(json, 2));
    return error_code([&] { ModelFolder(folder_.path(), "edited").current(); });
  };
  fs::create_directories(folder_ / "edited");
  EXPECT_EQ(edit("version", 1), "no error");
  EXPECT_EQ(edit("schema", "digits.current/9"), "repository.schema");
  for (const Json& version : {Json(0), Json(-1), Json(2), Json("1"), Json()}) {
    EXPECT_EQ(edit("version", version), "repository.malformed") << version;
  }
  EXPECT_EQ(edit("last", INT_MAX), "repository.malformed");  // there would be no next one
  EXPECT_EQ(edit("history", 1), "repository.malformed");
  EXPECT_EQ(edit("data", 1), "repository.malformed");
}

}  // namespace
}  // namespace digits
