#include "data/set_folders.h"

#include "base/files.h"
#include "support/testing.h"

namespace digits {
namespace {

namespace fs = std::filesystem;

// The names of the folders of training, validation and test part. "-" if missing.
std::vector<std::string> parts_of(const std::vector<std::string>& folders) {
  const TemporaryDirectory root;
  for (const auto& folder : folders) make_directories(root / folder / "0");
  const auto parts = find_set_folders(root.path());
  if (!parts.in_parts) {
    EXPECT_EQ(parts.train, root.path());
    return {};
  }
  std::vector<std::string> names;
  for (const auto& path : {parts.train, parts.validation, parts.test}) {
    names.push_back(path.empty() ? "-" : path.filename().string());
  }
  return names;
}

TEST(SetFolders, FindsPartsByTheirNames) {
  using testing::ElementsAre;
  EXPECT_THAT(parts_of({"train", "test"}), ElementsAre("train", "-", "test"));
  EXPECT_THAT(parts_of({"training", "testing"}), ElementsAre("training", "-", "testing"));
  EXPECT_THAT(parts_of({"Train", "Test"}), ElementsAre("Train", "-", "Test"));
  EXPECT_THAT(parts_of({"TRAINING_SET", "test set"}), ElementsAre("TRAINING_SET", "-", "test set"));
  EXPECT_THAT(parts_of({"train", "val", "test"}), ElementsAre("train", "val", "test"));
  EXPECT_THAT(parts_of({"train", "Validation", "test", "more"}),
              ElementsAre("train", "Validation", "test"));
  EXPECT_THAT(parts_of({"train"}), ElementsAre("train", "-", "-"));
}

// The validation part is the test part of a set without another one, since a test part must be held
// out.
TEST(SetFolders, TestsOnTheValidationPartWithoutATestPart) {
  for (const char* name : {"val", "valid", "validation", "dev", "Valid"}) {
    EXPECT_THAT(parts_of({"train", name}), testing::ElementsAre("train", "-", name));
  }
}

// A class may have the name train or test.
TEST(SetFolders, TreatsOtherFoldersAsClasses) {
  EXPECT_THAT(parts_of({"0", "1"}), testing::IsEmpty());
  EXPECT_THAT(parts_of({"bus", "car", "train"}), testing::IsEmpty());
  EXPECT_THAT(parts_of({"val", "test"}), testing::IsEmpty());
  EXPECT_THAT(parts_of({"valid", "val", "invalid"}), testing::IsEmpty());
  EXPECT_THAT(parts_of({"trainers", "testers"}), testing::IsEmpty());
  const TemporaryDirectory root;  // without subfolders, train is a class
  make_directories(root / "train");
  make_directories(root / "test");
  EXPECT_FALSE(find_set_folders(root.path()).in_parts);
}

TEST(SetFolders, ReportsTheFolderOfEachPart) {
  const auto note = [](const std::vector<std::string>& folders) {
    const TemporaryDirectory root;
    for (const auto& folder : folders) make_directories(root / folder / "0");
    return find_set_folders(root.path()).note;
  };
  EXPECT_EQ(note({"train", "test"}), "");
  EXPECT_EQ(note({"train", "val", "test"}), "val is the validation part, test the test part");
  EXPECT_EQ(note({"train", "val"}), "val is the test part, as no folder is named test");
  EXPECT_EQ(note({"train"}), "train is the only part: a share of it is held out as the test part");
}

TEST(SetFolders, RejectsTwoFoldersForOnePart) {
  const TemporaryDirectory root;
  for (const char* folder : {"train", "Train", "test"}) make_directories(root / folder / "0");
  expect_error("data.ambiguous", [&] { find_set_folders(root.path()); });
}

TEST(ListEntries, OmitsSystemFiles) {
  const TemporaryDirectory root;
  for (const char* name : {"__MACOSX", "@eaDir", ".ipynb_checkpoints", "0"}) {
    make_directories(root / name);
  }
  for (const char* name : {"Thumbs.db", "desktop.ini", ".DS_Store", "._0.png", "README"}) {
    write_file(root / name, "x");
  }
  EXPECT_THAT(list_entries(root.path()), testing::ElementsAre(root / "0", root / "README"));
}

// The folder of an archive, or one that torchvision makes.
TEST(FindNestedSet, SearchesTwoLevelsDeep) {
  const TemporaryDirectory root;
  EXPECT_EQ(find_nested_set(root.path()), fs::path());
  make_directories(root / "MNIST" / "raw");
  write_file(root / "MNIST" / "raw" / "t10k-labels-idx1-ubyte.gz", "x");
  EXPECT_EQ(find_nested_set(root.path()), root / "MNIST" / "raw");
  for (const char* name : {"0", "1"}) {
    make_directories(root / "digits" / name);
    write_file(root / "digits" / name / "a.png", "x");
  }
  EXPECT_EQ(find_nested_set(root.path()), root / "digits");
}

}  // namespace
}  // namespace digits
