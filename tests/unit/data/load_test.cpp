#include "data/load.h"

#include <filesystem>
#include <string>
#include <utility>

#include "base/error.h"
#include "base/files.h"
#include "support/testing.h"

namespace digits {
namespace {

namespace fs = std::filesystem;

TEST(LoadDataset, RoundTrips) {
  const TemporaryDirectory folder;
  const auto set = random_dataset(12, 4, 3, 3);
  save_dataset(folder.path(), Part::kTrain, set);
  const auto back = load_dataset(folder.path(), Part::kTrain);
  EXPECT_EQ(back.images, set.images);
  EXPECT_EQ(back.labels, set.labels);
  EXPECT_TRUE(back.schema == set.schema);
  EXPECT_EQ(fingerprint(back), fingerprint(set));
}

TEST(LoadDataset, NamesTheMissingPart) {
  const TemporaryDirectory folder;
  expect_error("input.missing", [&] { load_dataset(folder.path(), Part::kTrain); });
  expect_error("input.missing", [&] { load_dataset(folder / "none", Part::kTrain); });
  write_file(folder / "file", "x");
  expect_error("input.not_a_folder", [&] { load_dataset(folder / "file", Part::kTrain); });
}

TEST(LoadSets, RejectsPartsOfDifferentSizes) {
  const TemporaryDirectory folder;
  save_dataset(folder.path(), Part::kTrain, random_dataset(12, 4, 4));
  save_dataset(folder.path(), Part::kTest, random_dataset(12, 4, 5));
  expect_error("data.schema_mismatch", [&] { load_sets(folder.path()); });
}

// Writes a set as both of its parts.
void save_parts(const fs::path& folder, const Dataset& set) {
  for (const auto part : {Part::kTrain, Part::kTest}) save_dataset(folder, part, set);
}

// The names that unzip programs write.
TEST(LoadSets, ReadsNamesWithDots) {
  const TemporaryDirectory folder;
  save_parts(folder.path(), random_dataset(12, 4, 4));
  const auto expected = fingerprint(load_sets(folder.path()).train);
  for (const char* part : {"train", "t10k"}) {
    for (const auto& [from, to] :
         {std::pair("-images-idx3", "-images.idx3"), std::pair("-labels-idx1", "-labels.idx1")}) {
      fs::rename(folder / (std::string(part) + from + "-ubyte.gz"),
                 folder / (std::string(part) + to + "-ubyte.gz"));
    }
  }
  const auto sets = load_sets(folder.path());
  EXPECT_EQ(fingerprint(sets.train), expected);
  EXPECT_THAT(sets.findings, testing::IsEmpty());
}

// Labels that start at 1 are detected before a network with one class too many is trained.
TEST(LoadSets, ReportsLabelsThatBeginAtOne) {
  const TemporaryDirectory folder;
  auto set = random_dataset(12, 4, 4);
  for (auto& label : set.labels) ++label;
  save_parts(folder.path(), set);
  const auto sets = load_sets(folder.path());
  ASSERT_EQ(sets.findings.size(), 1U);
  EXPECT_EQ(sets.findings[0].code, "data.first_label");
  EXPECT_EQ(sets.findings[0].severity, Severity::kError);
  EXPECT_EQ(sets.findings[0].message, "the labels start at 1, expected 0");
  EXPECT_EQ(sets.findings[0].hint, "add --first-label 1");
  SetOptions options;
  options.first_label = 1;
  const auto right = load_sets(folder.path(), options);
  EXPECT_THAT(right.findings, testing::IsEmpty());
  EXPECT_THAT(right.train.schema.class_names, testing::ElementsAre("1", "2", "3"));
  EXPECT_EQ(right.test.labels, random_dataset(12, 4, 4).labels);
  options.classes = 3;
  EXPECT_TRUE(load_sets(folder.path(), options).train.schema == right.train.schema);
}

TEST(LoadSets, AppliesTheOptions) {
  const TemporaryDirectory folder;
  const auto set = random_dataset(12, 4, 3);
  save_parts(folder.path(), set);
  SetOptions options;
  options.invert = true;
  options.transpose = true;
  const auto sets = load_sets(folder.path(), options);
  for (const auto* part : {&sets.train, &sets.test}) {
    EXPECT_EQ(part->schema.rows, 3);
    EXPECT_EQ(part->image(5)[1], 255 - set.image(5)[3]);  // row 0, column 1 was row 1, column 0
  }
  options.size = PictureSize{8, 8, 1};  // which IDX files ignore
  expect_error("config.value", [&] { load_sets(folder.path(), options); });
}

// Every other file in the folder is counted.
TEST(LoadSets, CountsSkippedFiles) {
  const TemporaryDirectory folder;
  save_parts(folder.path(), random_dataset(12, 4, 4));
  fs::create_directories(folder / "0");
  write_file(folder / "0" / "a.png", "x");
  write_file(folder / "README", "x");
  const auto findings = load_sets(folder.path()).findings;
  ASSERT_EQ(findings.size(), 2U);
  EXPECT_THAT(findings[0].message, testing::HasSubstr("0/a.png"));
  EXPECT_EQ(findings[1].severity, Severity::kNote);
}

// The training part decides the number of classes. A test label above it is an error.
TEST(LoadSets, TestLabelsMustBeKnownFromTraining) {
  const TemporaryDirectory folder;
  save_dataset(folder.path(), Part::kTrain, random_dataset(12, 4, 4, 1, 2));
  save_dataset(folder.path(), Part::kTest, random_dataset(12, 4, 4, 1, 3));
  expect_error("data.label_range", [&] { load_sets(folder.path()); });
}

// IDX files have no validation part: a training must hold out its own images. The message about
// images of two sizes names both.
TEST(LoadSets, HasNoValidationPart) {
  const TemporaryDirectory folder;
  save_parts(folder.path(), random_dataset(12, 4, 4));
  EXPECT_EQ(load_sets(folder.path()).validation, 0U);
  EXPECT_EQ(load_training_part(folder.path()).validation, 0U);
  save_dataset(folder.path(), Part::kTest, random_dataset(12, 4, 5, 3));
  EXPECT_EQ(error_of([&] { load_sets(folder.path()); }).what(),
            folder.path().string() + ": test images are 4x5x3, expected 4x4x1 as in training");
}

}  // namespace
}  // namespace digits
