#include "data/class_folders.h"

#include <sys/stat.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/files.h"
#include "data/split.h"
#include "support/testing.h"
#include "unit/data/class_set.h"

namespace digits {
namespace {

// Names are those of the folders, pixels those of the files, in the order of the names.
TEST(LoadClassFolders, ReadsTrainAndTestPart) {
  const TemporaryDirectory root;
  write_classes(root / "train", 2);
  write_image(root / "test" / "1" / "a.png", grey_image(9));
  const auto sets = load_class_folders(root.path(), {});
  const Schema expected{2, 3, 1, {"0", "1", "2"}};
  EXPECT_TRUE(sets.train.schema == expected);
  EXPECT_TRUE(sets.test.schema == expected);
  EXPECT_THAT(values_of(sets.train), testing::ElementsAre(0, 1, 50, 51, 100, 101));
  EXPECT_THAT(sets.train.labels, testing::ElementsAre(0, 0, 1, 1, 2, 2));
  EXPECT_THAT(values_of(sets.test), testing::ElementsAre(9));
  EXPECT_THAT(sets.test.labels, testing::ElementsAre(1));
}

// 10 comes after 9 if all names are numbers. With any other name all are sorted as text.
TEST(LoadClassFolders, OrdersClassesNaturally) {
  const TemporaryDirectory root;
  for (const char* part : {"train", "test"}) {
    for (const char* name : {"10", "9", "007"}) {
      write_image(root / part / name / "a.png", grey_image(1));
    }
  }
  EXPECT_THAT(load_class_folders(root.path(), {}).train.schema.class_names,
              testing::ElementsAre("007", "9", "10"));
  write_image(root / "train" / "cat" / "a.png", grey_image(1));
  EXPECT_THAT(load_class_folders(root.path(), {}).train.schema.class_names,
              testing::ElementsAre("007", "10", "9", "cat"));
}

// Without a test part, a share of every class is held out. The two parts have no image in common,
// and together they are the whole set.
TEST(LoadClassFolders, HoldsOutATestPart) {
  const TemporaryDirectory root;
  write_classes(root.path(), 10);
  SetOptions options;
  options.seed = test_seed();
  options.test_share = 0.3;
  const auto sets = load_class_folders(root.path(), options);
  EXPECT_THAT(class_counts(sets.test), testing::ElementsAre(3, 3, 3));
  EXPECT_THAT(class_counts(sets.train), testing::ElementsAre(7, 7, 7));
  auto values = values_of(sets.train);
  for (const int value : values_of(sets.test)) values.push_back(value);
  std::sort(values.begin(), values.end());
  EXPECT_EQ(std::unique(values.begin(), values.end()) - values.begin(), 30);
}

// The held-out images are a function of the seed, and do not depend on the number of threads.
TEST(LoadClassFolders, HoldoutDependsOnTheSeedOnly) {
  const TemporaryDirectory root;
  write_classes(root.path(), 40);
  SetOptions options;
  options.seed = test_seed();
  const auto first = values_of(load_class_folders(root.path(), options).test);
  options.threads = 3;
  EXPECT_EQ(values_of(load_class_folders(root.path(), options).test), first);
  options.seed = test_seed() + 1;
  EXPECT_NE(values_of(load_class_folders(root.path(), options).test), first);
}

// The test part must differ from the validation part that the same seed holds out later.
TEST(LoadClassFolders, HoldoutHasItsOwnRandomStream) {
  const auto set = random_dataset(120);
  EXPECT_NE(stratified_split(set, 0.2, test_seed(), Stream::kTestPart).validation,
            stratified_split(set, 0.2, test_seed()).validation);
}

TEST(LoadClassFolders, SkipsOtherFiles) {
  const TemporaryDirectory root;
  write_classes(root.path(), 5);
  write_file(root / "README.md", "not a class");
  write_file(root / "1" / "notes.txt", "not an image");
  write_file(root / "1" / ".hidden.png", "not an image either");
  make_directories(root / ".git");
  make_directories(root / "1" / "folder.png");
  const auto sets = load_class_folders(root.path(), {});
  EXPECT_EQ(sets.train.size() + sets.test.size(), 15U);
  EXPECT_EQ(sets.train.schema.classes(), 3);
}

// Every skipped file is counted, except hidden entries and system files.
TEST(LoadClassFolders, CountsSkippedFiles) {
  const TemporaryDirectory root;
  write_classes(root / "train", 2);
  write_classes(root / "test", 1);
  make_directories(root / "train" / "1" / "deeper");
  for (const char* name : {"train/1/a.bmp", "train/1/deeper/b.png", "train/c.png", "test/d.tif",
                           "notes.txt", "train/1/.e.png", "test/Thumbs.db"}) {
    write_file(root / name, "x");
  }
  std::vector<std::string> messages;
  for (const auto& finding : load_class_folders(root.path(), {}).findings) {
    EXPECT_EQ(finding.code, "data.passed_over");
    messages.push_back(finding.message);
  }
  EXPECT_THAT(messages, testing::ElementsAre(
                            testing::HasSubstr("(1 .bmp, 1 .tif: train/1/a.bmp, test/d.tif)"),
                            testing::HasSubstr("(2 .png: train/c.png, train/1/deeper/b.png)"),
                            testing::HasSubstr("(1 .txt: notes.txt)")));
}

// A pipe without a writer: opening it would wait for ever.
TEST(LoadClassFolders, SkipsPipes) {
  const TemporaryDirectory root;
  write_classes(root.path(), 2);
  ASSERT_EQ(::mkfifo((root / "1" / "pipe.png").c_str(), 0600), 0);
  const auto sets = load_class_folders(root.path(), {});
  EXPECT_EQ(sets.train.size() + sets.test.size(), 6U);
  ASSERT_EQ(sets.findings.size(), 1U);
  EXPECT_THAT(sets.findings[0].message, testing::HasSubstr("1/pipe.png"));
}

// The system folder of a Mac archive is no class.
TEST(LoadClassFolders, IgnoresSystemFolders) {
  const TemporaryDirectory root;
  write_classes(root.path(), 2);
  make_directories(root / "__MACOSX" / "0");
  write_file(root / "__MACOSX" / "0" / "._00.png", "x");
  const auto sets = load_class_folders(root.path(), {});
  EXPECT_THAT(sets.train.schema.class_names, testing::ElementsAre("0", "1", "2"));
  EXPECT_THAT(sets.findings, testing::IsEmpty());
}

// The set's own validation part is stored after the rest of the training set.
TEST(LoadClassFolders, KeepsTheSetsOwnValidationPart) {
  const TemporaryDirectory root;
  write_classes(root / "Training", 2);
  write_image(root / "Val" / "1" / "a.png", grey_image(200));
  write_image(root / "Val" / "2" / "a.png", grey_image(201));
  write_image(root / "Testing" / "0" / "a.png", grey_image(9));
  const auto sets = load_class_folders(root.path(), {});
  EXPECT_EQ(sets.validation, 2U);
  EXPECT_THAT(values_of(sets.train), testing::ElementsAre(0, 1, 50, 51, 100, 101, 200, 201));
  EXPECT_THAT(sets.train.labels, testing::ElementsAre(0, 0, 1, 1, 2, 2, 1, 2));
  EXPECT_THAT(values_of(sets.test), testing::ElementsAre(9));
  ASSERT_EQ(sets.findings.size(), 1U);
  EXPECT_EQ(sets.findings[0].code, "data.parts");
  EXPECT_EQ(sets.findings[0].severity, Severity::kNote);
}

TEST(LoadClassFolders, TestsOnTheValidationPartWithoutATestPart) {
  const TemporaryDirectory root;
  write_classes(root / "train", 2);
  write_image(root / "val" / "1" / "a.png", grey_image(200));
  const auto sets = load_class_folders(root.path(), {});
  EXPECT_EQ(sets.validation, 0U);
  EXPECT_EQ(sets.train.size(), 6U);
  EXPECT_THAT(values_of(sets.test), testing::ElementsAre(200));
}

TEST(LoadClassFolders, HoldsOutATestPartFromASinglePart) {
  const TemporaryDirectory root;
  write_classes(root / "train", 5);
  const auto sets = load_class_folders(root.path(), {});
  EXPECT_EQ(sets.train.size(), 12U);
  EXPECT_EQ(sets.test.size(), 3U);
}

TEST(LoadClassFolders, AppliesTheOptions) {
  const TemporaryDirectory root;
  write_classes(root / "train", 1);
  write_classes(root / "test", 1);
  SetOptions options;
  options.invert = true;
  options.transpose = true;
  const auto sets = load_class_folders(root.path(), options);
  EXPECT_THAT(values_of(sets.train), testing::ElementsAre(255, 205, 155));
  EXPECT_THAT(values_of(sets.test), testing::ElementsAre(255, 205, 155));
  EXPECT_EQ(sets.test.schema.rows, 3);
}

TEST(LoadClassFolders, NamesMissingImages) {
  const TemporaryDirectory root;
  make_directories(root / "0");
  EXPECT_THAT(folder_refusal(root.path()), testing::StartsWith("input.missing: "));
  write_classes(root / "train", 2);
  make_directories(root / "test" / "0");
  EXPECT_THAT(folder_refusal(root.path()), testing::StartsWith("data.empty: "));
}

// If all pictures have another format, or the set lies deeper, the error says so.
TEST(LoadClassFolders, ExplainsWhyNoImageIsFound) {
  const TemporaryDirectory root;
  make_directories(root / "0");
  write_file(root / "0" / "a.bmp", "x");
  EXPECT_THAT(folder_refusal(root.path()), testing::HasSubstr("1 pictures of another format"));
  const auto hint = [&] { return error_of([&] { load_class_folders(root.path(), {}); }).hint(); };
  EXPECT_THAT(hint(), testing::HasSubstr("convert them to PNG"));
  write_classes(root / "0" / "digits", 1);
  EXPECT_THAT(hint(), testing::HasSubstr((root / "0" / "digits").string()));
}

// A class without training images cannot be tested.
TEST(LoadClassFolders, TestClassesMustBeKnownFromTraining) {
  const TemporaryDirectory root;
  write_classes(root / "train", 2);
  write_image(root / "test" / "3" / "a.png", grey_image(1));
  EXPECT_THAT(folder_refusal(root.path()), testing::StartsWith("data.label_range: "));
}

TEST(LoadClassFolders, RejectsAnotherNumberOfClasses) {
  const TemporaryDirectory root;
  write_classes(root.path(), 2);
  SetOptions options;
  options.classes = 3;
  EXPECT_EQ(folder_refusal(root.path(), options), "no error");
  options.classes = 4;
  EXPECT_THAT(folder_refusal(root.path(), options), testing::StartsWith("data.classes: "));
  for (int k = 3; k < 257; ++k) make_directories(root / std::to_string(k));
  EXPECT_THAT(folder_refusal(root.path()), testing::StartsWith("data.classes: "));
}

// A folder with IDX files is an IDX set, even with folders beside the files.
TEST(HasClassFolders, DistinguishesClassFoldersFromIdx) {
  const TemporaryDirectory root;
  EXPECT_FALSE(has_class_folders(root / "none"));
  EXPECT_FALSE(has_class_folders(root.path()));
  write_classes(root.path(), 1);
  EXPECT_TRUE(has_class_folders(root.path()));
  EXPECT_FALSE(has_class_folders(root / "0"));
  write_file(root / "t10k-labels.idx1-ubyte.gz", "x");
  EXPECT_FALSE(has_class_folders(root.path()));
}

// Labels are bytes, so 256 classes are accepted and one more is not.
TEST(LoadClassFolders, Accepts256Classes) {
  const TemporaryDirectory root;
  for (const char* part : {"train", "test"}) write_classes(root / part, 1);
  for (int k = 3; k < 256; ++k) make_directories(root / "train" / std::to_string(k));
  EXPECT_EQ(load_class_folders(root.path(), {}).train.schema.classes(), 256);
  const auto train = (root / "train").string();
  SetOptions options;
  options.classes = 4;
  EXPECT_EQ(folder_refusal(root.path(), options),
            "data.classes: " + train + ": 256 class folders, expected 4 as data.classes says");
  make_directories(root / "train" / "256");
  EXPECT_EQ(folder_refusal(root.path()),
            "data.classes: " + train + ": 257 class folders, expected at most 256");
}

}  // namespace
}  // namespace digits
