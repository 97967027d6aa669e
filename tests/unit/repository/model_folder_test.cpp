// Version numbers are unique, versions appear complete, and the current version always exists.
#include "repository/model_folder.h"

#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/files.h"
#include "support/testing.h"
#include "unit/repository/model_folder_fixture.h"
#include "unit/repository/sample_package.h"

namespace digits {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Optional;

// A model's name is the name of a folder on any system: none is a path out of the repository.
TEST(ModelName, MustBeAFolderName) {
  for (const char* name : {"digits", "MNIST-2", "a", "0.5_b"}) EXPECT_TRUE(is_model_name(name));
  for (const char* name :
       {"", ".", "..", "../x", "a/b", "/x", ".hidden", "-x", "a b", "a\n", "ä"}) {
    EXPECT_FALSE(is_model_name(name)) << name;
    expect_error("repository.name", [&] { ModelFolder("models", name); });
  }
  EXPECT_TRUE(is_model_name(std::string(64, 'x')));
  EXPECT_FALSE(is_model_name(std::string(65, 'x')));
}

TEST_F(ModelFolderTest, NumbersVersionsFromOne) {
  EXPECT_THAT(model_.versions(), IsEmpty());
  EXPECT_EQ(model_.add(sample_schema(), write_version), 1);
  EXPECT_EQ(model_.add(sample_schema(), write_version), 2);
  EXPECT_THAT(model_.versions(), ElementsAre(1, 2));
  EXPECT_EQ(read_verified(model_.path_of(2)), sample_files());
  EXPECT_EQ(model_.current(), 1);  // a new version waits for its promotion
  EXPECT_EQ(model_.previous(), std::nullopt);
}

// A user may have pinned version 3: no other model gets that number, though version 3 was removed.
TEST_F(ModelFolderTest, NeverReusesANumber) {
  add(3);
  fs::remove_all(model_.path_of(3));
  EXPECT_EQ(model_.add(sample_schema(), write_version), 4);
}

// Folders that Triton does not read as versions do not count. A version copied by hand counts.
TEST_F(ModelFolderTest, CountsVersionsAsTritonDoes) {
  add(1);
  for (const char* name : {"007", "-3", "3x", "0", "99999999999", "1000000001", ".5", "notes"}) {
    fs::create_directories(repository() / "m" / name);
  }
  write_file(repository() / "m" / "8", "a file");
  EXPECT_THAT(model_.versions(), ElementsAre(1));
  fs::create_directories(repository() / "m" / "10");
  EXPECT_EQ(model_.add(sample_schema(), write_version), 11);
  EXPECT_THAT(model_.versions(), ElementsAre(1, 10, 11));  // by number, not by text
}

// A second writer that starts while the first one writes waits for it, and gets the next number.
// (It has a tenth of a second to fail.)
TEST_F(ModelFolderTest, TwoWritersTakeTurns) {
  std::mutex mutex;
  std::condition_variable changed;
  bool second_writes = false;
  int second = 0;
  std::thread other;
  const int first = model_.add(sample_schema(), [&](const fs::path& folder) {
    other = std::thread([&] {
      second = ModelFolder(repository(), "m").add(sample_schema(), [&](const fs::path& place) {
        {
          const std::lock_guard<std::mutex> guard(mutex);
          second_writes = true;
        }
        changed.notify_one();
        if (!fs::exists(place)) write_sample(place, 8);
      });
    });
    std::unique_lock<std::mutex> guard(mutex);
    EXPECT_FALSE(
        changed.wait_for(guard, std::chrono::milliseconds(100), [&] { return second_writes; }));
    if (!fs::exists(folder)) write_sample(folder, 7);
  });
  other.join();
  EXPECT_EQ(first, 1);
  EXPECT_EQ(second, 2);
  EXPECT_EQ(read_verified(model_.path_of(1)), sample_files(7));
  EXPECT_EQ(read_verified(model_.path_of(2)), sample_files(8));
}

// Another size, other classes: clients that use the model by name would get wrong answers.
TEST_F(ModelFolderTest, RejectsAnotherKindOfData) {
  add(1);
  auto wider = sample_schema();
  wider.cols = 29;
  auto renamed = sample_schema();
  renamed.class_names[1] = "one";
  for (const auto& schema : {wider, renamed}) {
    expect_error("repository.mismatch", [&] { model_.add(schema, write_version); });
  }
  EXPECT_THAT(model_.versions(), ElementsAre(1));
}

// Promotions are undone one by one. Promoting the current version adds none.
TEST_F(ModelFolderTest, RollsBackPromotions) {
  add(3);
  model_.promote(3);
  model_.promote(3);
  model_.promote(2);
  EXPECT_EQ(model_.current(), 2);
  EXPECT_THAT(model_.previous(), Optional(3));
  EXPECT_EQ(model_.rollback(), 3);
  EXPECT_EQ(model_.current(), 3);
  EXPECT_EQ(model_.rollback(), 1);
  EXPECT_EQ(model_.current(), 1);
  expect_error("repository.missing", [&] { model_.rollback(); });
  EXPECT_EQ(model_.current(), 1);
}

// Only an existing valid version becomes current. Otherwise the current version stays.
TEST_F(ModelFolderTest, PromotesValidVersionsOnly) {
  add(2);
  for (const int version : {0, 3, -1}) {
    expect_error("repository.missing", [&] { model_.promote(version); });
  }
  write_file(model_.path_of(2) / kModelFile, "damaged");
  expect_error("package.hash", [&] { model_.promote(2); });
  fs::remove(model_.path_of(2) / kSumsFile);
  expect_error("package.missing", [&] { model_.promote(2); });
  EXPECT_EQ(model_.current(), 1);
  EXPECT_EQ(model_.previous(), std::nullopt);
}

// A rollback must not make the failure worse: a version damaged meanwhile is rejected.
TEST_F(ModelFolderTest, RollsBackToValidVersionsOnly) {
  add(2);
  model_.promote(2);
  write_file(model_.path_of(1) / kModelFile, "damaged");
  expect_error("package.hash", [&] { model_.rollback(); });
  EXPECT_EQ(model_.current(), 2);
  fs::remove_all(model_.path_of(1));  // a missing version is skipped
  expect_error("repository.missing", [&] { model_.rollback(); });
}

// A version in use stays at any age, and so does the previous version for a rollback.
TEST_F(ModelFolderTest, PruneKeepsCurrentAndPreviousVersion) {
  add(6);
  model_.promote(4);
  model_.promote(2);
  EXPECT_THAT(model_.prune(1), ElementsAre(1, 3, 5));
  EXPECT_THAT(model_.versions(), ElementsAre(2, 4, 6));
  EXPECT_THAT(model_.prune(0), ElementsAre(6));
  EXPECT_THAT(model_.prune(0), IsEmpty());
  EXPECT_EQ(model_.current(), 2);
  EXPECT_EQ(model_.rollback(), 4);
  EXPECT_EQ(model_.previous(), std::nullopt);  // version 1 is gone
  EXPECT_EQ(model_.add(sample_schema(), write_version), 7);
  EXPECT_THAT(files_below(repository() / "m"),
              testing::Not(testing::Contains(testing::HasSubstr(".tmp-"))));
}

TEST_F(ModelFolderTest, PruneKeepsTheNewest) {
  add(4);
  EXPECT_THAT(model_.prune(2), ElementsAre(2));  // 1 is current
  EXPECT_THAT(model_.prune(100), IsEmpty());
}

// Triton serves the current version: both files change together.
TEST_F(ModelFolderTest, TritonServesTheCurrentVersion) {
  add(2);
  EXPECT_THAT(file("config.pbtxt"), testing::HasSubstr("name: \"m\""));
  EXPECT_THAT(file("config.pbtxt"), testing::HasSubstr("versions: [1]"));
  write_file(repository() / "m" / "config.pbtxt", file("config.pbtxt") + "# mine\n");
  model_.promote(2);
  EXPECT_THAT(file("config.pbtxt"), testing::HasSubstr("versions: [2]"));
  EXPECT_THAT(file("config.pbtxt"), testing::EndsWith("# mine\n"));
  model_.rollback();
  EXPECT_THAT(file("config.pbtxt"), testing::HasSubstr("versions: [1]"));
}

TEST_F(ModelFolderTest, ModelsAreListedByName) {
  add(1);
  ModelFolder(repository(), "b").add(sample_schema(), write_version);
  fs::create_directories(repository() / "a" / "1");  // a folder not made by digits
  std::vector<std::string> names;
  for (const auto& model : models_in(repository())) names.push_back(model.name());
  EXPECT_THAT(names, ElementsAre("b", "m"));
  expect_error("repository.missing", [&] { models_in(folder_ / "nowhere"); });
}

// --model takes a model, one of its versions, or any other package. The loader rejects other
// folders.
TEST_F(ModelFolderTest, PackageFolderFollowsCurrent) {
  add(2);
  EXPECT_EQ(package_folder(repository() / "m"), model_.path_of(1));
  model_.promote(2);
  EXPECT_EQ(package_folder(repository() / "m"), model_.path_of(2));
  EXPECT_EQ(package_folder(model_.path_of(1)), model_.path_of(1));
  EXPECT_EQ(package_folder(folder_ / "nowhere"), folder_ / "nowhere");
}

}  // namespace
}  // namespace digits
